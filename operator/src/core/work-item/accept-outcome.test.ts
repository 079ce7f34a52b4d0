import { describe, expect, it } from 'vitest';
import { aMethod } from '../../testing/planned-run.ts';
import { call, checkPlanningCase, loop, type PlanningCase } from '../../testing/planning-case.ts';

const aCouncil = (name: string, more: object = {}) =>
  ({ name, type: 'council', council: 'board', topic: 't', ...more }) as const;

const disrupted = { result: 'Disrupted' as const, message: 'evicted' };

const cases: Record<string, PlanningCase> = {
  'after a disruption a step has all the retries that it had before': {
    steps: [call('a', { retryPolicy: { maxAttempts: 2 } })],
    when: (run) => run.end('a', disrupted).end('a', disrupted).fail('a'),
    states: { a: 'Waiting WaitingToRetry' },
    messages: { a: 'attempt 1 of 2 failed' },
  },
  'a failure without a reason is one that failed': {
    steps: [call('a', { retryPolicy: { maxAttempts: 1 } })],
    when: (run) => run.end('a', { result: 'Failed', reason: '' }),
    states: { a: 'Failed AttemptsExhausted' },
    then: (run) => expect(run.record('a')?.attempts?.[0]?.reason).toBe('Failed'),
  },
  'a failure of which nothing is said is one too': {
    steps: [call('a', { retryPolicy: { maxAttempts: 1 } })],
    when: (run) => run.end('a', { result: 'Failed' }),
    messages: { a: 'attempt 1 of 1 failed: Failed' },
  },
  'a lost answer of a step that calls no Method fails it: nobody says that it may be repeated': {
    steps: [{ name: 'a', type: 'llm_flow', prompt: 'p' }],
    when: (run) => run.end('a', { result: 'Unknown', message: 'the connection broke' }),
    states: { a: 'Failed OutcomeUnknown' },
    messages: { a: 'the connection broke' },
  },
  'what came back with a failure is kept with its attempt': {
    steps: [call('a')],
    when: (run) => run.fail('a', 'Crashed', { exitCode: 10, retryable: true, used: { gpuSeconds: 5 } }),
    then: (run) =>
      expect(run.record('a')?.attempts).toEqual([
        {
          ...{ number: 1, result: 'Failed', reason: 'Crashed', message: 'it broke', exitCode: 10, retryable: true },
          ...{ used: { gpuSeconds: 5 }, finishedAt: '2026-01-05T08:00:00.000Z' },
        },
      ]),
  },
  'the UID of a Job is recorded when it is first seen': {
    steps: [call('a')],
    when: (run) => {
      for (const jobUid of ['first', 'second']) {
        run.children.set('1 a', { path: 'a', number: 1, jobUid });
        run.settle();
      }
    },
    then: (run) => expect(run.record('a')?.attempts?.[0]?.jobUid).toBe('first'),
  },
  'what a Pod waits for is what the run waits for': {
    steps: [call('a')],
    when: (run) => {
      const waitingFor = { kind: 'gpu' as const, name: 'nvidia.com/gpu', message: 'no node has a free GPU' };
      run.children.set('1 a', { path: 'a', number: 1, waitingFor });
      run.settle();
    },
    waits: ['gpu nvidia.com/gpu'],
    running: ['a'],
  },
  'a step has at most ten thousand attempts': {
    steps: [call('a')],
    when: (run) => {
      run.end('a', disrupted);
      const [step] = run.status.steps ?? [];
      const attempts = [{ number: 10_000, result: 'Disrupted' as const }];
      run.children.clear();
      run.status = { ...run.status, steps: [{ ...step!, phase: 'Waiting', reason: 'WaitingToRetry', attempts }] };
      run.settle();
    },
    run: 'Failed StepFailed',
  },
  'a call that a template chooses is made with the Method that it names': {
    steps: [call('a', { method: 'call_{{input.kind}}' })],
    given: { inputs: { kind: 'x' }, methods: [aMethod('call-x', { type: 'image', image: { image: 'i' } })] },
    then: (run) =>
      expect(run.startOf('a')).toMatchObject({ method: 'call-x', mode: 'direct', step: { method: 'call_x' } }),
  },
  'a call that no template can choose fails': {
    steps: [call('a', { method: 'call_{{input.kind}}' })],
    states: { a: 'Failed InputUnresolved' },
    messages: { a: "Field 'kind' not found in input" },
    started: [],
  },
};

const councils = { steps: [aCouncil('a'), aCouncil('b', { dependsOn: ['a'] })] };
const resultDigest = `sha256:${'1'.repeat(64)}`;

const deliberations: Record<string, PlanningCase> = {
  'that have come to their end are told, with what their whole results are': {
    ...councils,
    when: (run) =>
      run
        .fail('a')
        .wait(5)
        .end('a', { result: 'Succeeded', outputs: { winner: 'x' }, resultDigest })
        .succeed('b', {}),
    then: (run) =>
      expect(run.status).toMatchObject({
        sequence: 2,
        transitions: [
          { sequence: 1, event: 'deliberation.completed', subject: 'a', council: 'board', attempt: 2, resultDigest },
          { sequence: 2, event: 'deliberation.completed', subject: 'b', council: 'board', attempt: 1 },
        ],
      }),
  },
  'are told where nothing else is left of them: in iterations': {
    steps: [loop('l', [aCouncil('a')], { maxParallel: 60 })],
    given: { inputs: { items: [...Array(60).keys()] } },
    when: (run) => {
      for (const index of Array(60).keys()) run.succeed(`l[${index}].a`, { n: index });
    },
    run: 'Succeeded AllStepsSucceeded',
    then: (run) => {
      expect(run.status.transitions).toHaveLength(50);
      expect(run.status.transitions?.at(-1)).toMatchObject({ sequence: 60, subject: 'l[59].a' });
    },
  },
  'are not told when they failed': {
    ...councils,
    when: (run) => run.end('a', { result: 'Failed', resultDigest }),
    then: (run) => expect(run.status).not.toHaveProperty('transitions'),
  },
};

describe('deliberations', () => {
  it.each(Object.entries(deliberations))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});

describe('the attempts of a step', () => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});
