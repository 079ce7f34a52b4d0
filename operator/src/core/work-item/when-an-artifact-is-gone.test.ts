import { describe, it } from 'vitest';
import { call, checkPlanningCase, from, loop, type PlanningCase } from '../../testing/planning-case.ts';
import type { PlannedRun } from '../../testing/planned-run.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const uploaded = { result: 'Succeeded', outputsRef: { digest, sizeBytes: 9 } } as const;
const message = `the artifact ${digest} is gone: the artifact store has none of this digest`;

/** The store forgets, and says so from now on. */
const forget = (run: PlannedRun): PlannedRun => {
  const isGone = (asked: string) => asked === digest;
  run.facts = { ...run.facts, artifacts: { ...unheld(run), isGone } };
  return run;
};

const unheld = ({ artifacts }: PlannedRun) => ({
  get: (asked: string) => artifacts.get(asked),
  has: (asked: string) => artifacts.has(asked),
});

const cases: Record<string, PlanningCase> = {
  'fails the step whose inputs it holds': {
    steps: [call('a'), call('b', { inputs: { x: from('{{a.x}}') } })],
    when: (run) => forget(run).end('a', uploaded),
    run: 'Failed StepFailed',
    states: { a: 'Succeeded Completed', b: 'Failed ArtifactGone' },
    started: ['a'],
    messages: { b: message },
  },
  'lets steps go on that do not need it': {
    steps: [call('a'), call('b', { dependsOn: ['a'] })],
    when: (run) => forget(run).end('a', uploaded),
    states: { a: 'Succeeded Completed', b: 'Running AttemptRunning' },
  },
  'counts as a failed attempt of the step whose own result it is': {
    steps: [call('a', { outputs: { y: 'x' } })],
    when: (run) => forget(run).end('a', uploaded).wait(2).succeed('a', { x: 1 }),
    run: 'Succeeded AllStepsSucceeded',
    started: ['a', 'a'],
    outputs: { a: { y: { x: 1 } } },
  },
  'charges no other step that is under way': {
    steps: [call('first'), call('b', { outputs: { y: 'x' }, retryPolicy: { maxAttempts: 1 } })],
    when: (run) => forget(run).end('b', uploaded),
    states: { first: 'Running AttemptRunning', b: 'Failed AttemptsExhausted' },
  },
  'fails a step that looks into its own result, once it may try no more': {
    steps: [call('a', { outputs: { y: 'x' }, retryPolicy: { maxAttempts: 1 } })],
    when: (run) => forget(run).end('a', uploaded),
    states: { a: 'Failed AttemptsExhausted' },
    messages: { a: message },
  },
  'fails the loop over it': {
    steps: [call('a'), loop('each', [call('look')], { iterateOver: '{{a.items}}' })],
    when: (run) => forget(run).end('a', uploaded),
    states: { each: 'Failed ArtifactGone' },
  },
  'fails the iteration that needs it, and the loop only with it': {
    steps: [
      call('a'),
      loop('each', [call('look', { inputs: { x: from('{{a.x}}') }, onError: { continueOnFailure: true } })]),
    ],
    given: { inputs: { items: [1] } },
    when: (run) => forget(run).end('a', uploaded),
    run: 'Succeeded AllStepsSucceeded',
    states: { 'each[0].look': 'Failed ArtifactGone', each: 'Succeeded Completed' },
  },
  'leaves the run without the outputs that it holds': {
    steps: [call('a')],
    pipeline: { outputs: { x: from('{{a.x}}') } },
    when: (run) => forget(run).end('a', uploaded),
    run: 'Failed OutputsUnresolved',
    says: message,
  },
};

describe('an artifact that is gone', () => {
  it.each(Object.entries(cases))('%s', (_, planned) => {
    checkPlanningCase({ ...planned, isOfInlineResults: true });
  });
});
