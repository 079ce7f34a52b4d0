import { describe, expect, it } from 'vitest';
import { planWorkItem } from './plan-work-item.ts';
import { aMethod, monday } from '../../testing/planned-run.ts';
import { call, checkPlanningCase, from, group, type PlanningCase } from '../../testing/planning-case.ts';

const retries: Record<string, PlanningCase> = {
  'a failure is tried again after two seconds': {
    steps: [call('a')],
    when: (run) => run.fail('a'),
    states: { a: 'Waiting WaitingToRetry' },
    waits: ['retry a'],
    run: 'Waiting StepsWaiting',
    then: (run) => {
      expect(run.record('a')?.retryAt).toBe(new Date(monday + 2000).toISOString());
      expect(run.plan?.requeueAfterMs).toBe(2000);
    },
  },
  'the next attempt begins when it is due': {
    steps: [call('a')],
    when: (run) => run.fail('a').wait(2),
    states: { a: 'Running AttemptRunning' },
    started: ['a', 'a'],
  },
  'and not before': {
    steps: [call('a')],
    when: (run) => run.fail('a').wait(1.9),
    started: ['a'],
  },
  'after three attempts the step fails': {
    steps: [call('a')],
    when: (run) => run.fail('a').wait(2).fail('a').wait(4).fail('a'),
    states: { a: 'Failed AttemptsExhausted' },
    messages: { a: 'attempt 3 of 3 failed: Crashed: it broke' },
    run: 'Failed StepFailed',
  },
  'the delay doubles': {
    steps: [call('a')],
    when: (run) => run.fail('a').wait(2).fail('a').wait(3.9),
    started: ['a', 'a'],
  },
  'a step has its own policy': {
    steps: [call('a', { retryPolicy: { maxAttempts: 2, backoff: 'fixed', initialBackoffSeconds: 10 } })],
    when: (run) => run.fail('a').wait(10).fail('a'),
    states: { a: 'Failed AttemptsExhausted' },
  },
  'the pipeline has a policy for all': {
    steps: [call('a')],
    pipeline: { defaults: { retryPolicy: { maxAttempts: 1 } } },
    when: (run) => run.fail('a'),
    states: { a: 'Failed AttemptsExhausted' },
  },
  'what says that it must not be tried again is not': {
    steps: [call('a')],
    when: (run) => run.fail('a', 'BadInput', { retryable: false }),
    states: { a: 'Failed NotRetryable' },
    messages: { a: 'BadInput' },
  },
  'an answer that does not fit its schema is not tried again': {
    steps: [call('a')],
    when: (run) => run.fail('a', 'SchemaMismatch'),
    states: { a: 'Failed NotRetryable' },
  },
  'a reason that the policy names is not tried again': {
    steps: [call('a', { retryPolicy: { nonRetryableReasons: ['Banned'] } })],
    when: (run) => run.fail('a', 'Banned'),
    states: { a: 'Failed NotRetryable' },
  },
  'a success after a failure is a success, and both attempts stay on record': {
    steps: [call('a')],
    when: (run) => run.fail('a').wait(2).succeed('a', { v: 1 }),
    states: { a: 'Succeeded Completed' },
    outputs: { a: { v: 1 } },
    then: (run) =>
      expect(run.record('a')?.attempts?.map(({ number, result }) => [number, result])).toEqual([
        [1, 'Failed'],
        [2, 'Succeeded'],
      ]),
  },
  'a disruption is no failure: the next attempt follows at once, and no retry is used up': {
    steps: [call('a', { retryPolicy: { maxAttempts: 1 } })],
    when: (run) =>
      run.end('a', { result: 'Disrupted', message: 'evicted' }).end('a', { result: 'Disrupted' }).succeed('a'),
    started: ['a', 'a', 'a'],
    states: { a: 'Succeeded Completed' },
  },
  'an attempt that somebody else cancelled counts as a disruption': {
    steps: [call('a', { retryPolicy: { maxAttempts: 1 } })],
    when: (run) => run.end('a', { result: 'Cancelled' }),
    started: ['a', 'a'],
  },
  'a lost answer of a call that may be repeated is tried again': {
    steps: [call('a')],
    given: { methods: [aMethod('m', { type: 'http', http: { url: 'https://h' }, idempotent: true })] },
    when: (run) => run.end('a', { result: 'Unknown' }).wait(2),
    started: ['a', 'a'],
  },
  'a lost answer of a call that may not be repeated fails the step': {
    steps: [call('a')],
    given: { methods: [aMethod('m', { type: 'http', http: { url: 'https://h' } })] },
    when: (run) => run.end('a', { result: 'Unknown' }),
    states: { a: 'Failed OutcomeUnknown' },
  },
  'a lost answer is repeated when the Method says so': {
    steps: [call('a')],
    given: { methods: [aMethod('m', { type: 'http', http: { url: 'https://h' }, onUnknown: 'retry' })] },
    when: (run) => run.end('a', { result: 'Unknown' }).wait(2),
    started: ['a', 'a'],
  },
  'a lost answer can be left to people: they let it be sent again': {
    steps: [call('a')],
    given: { methods: [aMethod('m', { type: 'http', http: { url: 'https://h' }, onUnknown: 'gate' })] },
    when: (run) => run.end('a', { result: 'Unknown' }).decide('a', 'approved'),
    started: ['a', 'a'],
  },
  'a lost answer can be left to people: they let it fail': {
    steps: [call('a')],
    given: { methods: [aMethod('m', { type: 'http', http: { url: 'https://h' }, onUnknown: 'gate' })] },
    when: (run) => run.end('a', { result: 'Unknown' }).decide('a', 'rejected'),
    states: { a: 'Failed Rejected' },
  },
  'a retry waits for a free place': {
    steps: [call('a'), call('b')],
    pipeline: { execution: { maxParallel: 1 } },
    when: (run) => run.fail('a').wait(60),
    started: ['a', 'b'],
    states: { a: 'Waiting WaitingToRetry' },
  },
  'nothing is tried again once the run has failed': {
    steps: [call('a'), call('b', { retryPolicy: { maxAttempts: 1 } })],
    when: (run) => run.fail('a').fail('b'),
    states: { a: 'Failed RunEnded' },
    messages: { a: 'it is not tried again' },
    run: 'Failed StepFailed',
  },
  'numbers of attempts grow beyond the hundred that a record holds': {
    steps: [call('a')],
    when: (run) => {
      for (let turn = 0; turn < 105; turn += 1) run.end('a', { result: 'Disrupted' });
    },
    then: (run) => {
      expect(run.record('a')?.attempts).toHaveLength(100);
      expect(run.record('a')?.attempts?.at(-1)?.number).toBe(106);
    },
  },
};

const timeouts: Record<string, PlanningCase> = {
  'an attempt that takes too long is ended and tried again': {
    steps: [call('a', { timeoutSeconds: 30 })],
    when: (run) => run.wait(30),
    states: { a: 'Waiting WaitingToRetry' },
    messages: { a: 'TimedOut: it took longer than 30 s' },
    then: (run) => expect(run.actions.at(-1)).toMatchObject({ kind: 'stop-attempt', path: 'a', attempt: 1 }),
  },
  'an attempt has ten minutes when nothing says otherwise': {
    steps: [call('a')],
    then: (run) => expect(run.plan?.requeueAfterMs).toBe(600_000),
  },
  'the pipeline says how long attempts may take': {
    steps: [call('a')],
    pipeline: { defaults: { timeoutSeconds: 5 } },
    when: (run) => run.wait(5),
    states: { a: 'Waiting WaitingToRetry' },
  },
  'a Method says how long its calls may take': {
    steps: [call('a')],
    given: { methods: [aMethod('m', { type: 'http', http: { url: 'https://h' }, timeoutSeconds: 7 })] },
    then: (run) => expect(run.startOf('a')?.timeoutSeconds).toBe(7),
  },
  'the last attempt that takes too long fails the step by that': {
    steps: [call('a', { timeoutSeconds: 30, retryPolicy: { maxAttempts: 1 } })],
    when: (run) => run.wait(30),
    states: { a: 'Failed TimedOut' },
  },
  'each attempt has its own time': {
    steps: [call('a', { timeoutSeconds: 30 })],
    when: (run) => run.wait(20).fail('a').wait(25),
    states: { a: 'Running AttemptRunning' },
  },
  'what the Pod waits for is told when it is ended': {
    steps: [call('a', { timeoutSeconds: 30, retryPolicy: { maxAttempts: 1 } })],
    when: (run) => {
      const waitingFor = { kind: 'gpu' as const, name: 'nvidia.com/gpu', message: '0/3 nodes have a GPU' };
      run.children.set('1 a', { path: 'a', number: 1, waitingFor });
      run.settle();
      expect(run.status.waitingFor).toMatchObject([{ kind: 'gpu', name: 'nvidia.com/gpu', step: 'a' }]);
      run.wait(30);
    },
    messages: { a: '0/3 nodes have a GPU' },
  },
  'a group that says how long it may take is ended with its parts': {
    steps: [group('g', [call('a'), call('b')], { timeoutSeconds: 60 })],
    when: (run) => run.succeed('a').wait(60),
    states: { a: 'Succeeded Completed', b: 'Cancelled TimedOut', g: 'Failed TimedOut' },
    run: 'Failed StepFailed',
  },
  'a group that does not say may take as long as its parts': {
    steps: [group('g', [call('a', { timeoutSeconds: 5000 })])],
    when: (run) => run.wait(4000),
    states: { g: 'Running PartsRunning' },
  },
  'a run that takes too long is ended': {
    steps: [call('a'), call('b', { dependsOn: ['a'] })],
    pipeline: { execution: { timeoutSeconds: 100 } },
    when: (run) => run.wait(100),
    states: { a: 'Cancelled RunTimedOut', b: '-' },
    run: 'Failed TimedOut',
  },
  'a run that is done in time is not ended later': {
    steps: [call('a')],
    pipeline: { execution: { timeoutSeconds: 100 } },
    when: (run) => run.succeed('a').wait(1000),
    run: 'Succeeded AllStepsSucceeded',
  },
};

const results: Record<string, PlanningCase> = {
  'a declared output that is missing fails the step': {
    steps: [call('a', { outputs: { x: 'x', y: 'y' } })],
    when: (run) => run.succeed('a', { x: 1 }),
    states: { a: 'Failed OutputMissing' },
    messages: { a: "the result has no 'y'. Fields: x" },
  },
  'the whole result stands under the one declared output that it lacks': {
    steps: [call('a', { outputs: { profile: 'p' } })],
    when: (run) => run.succeed('a', { name: 'ann' }),
    outputs: { a: { profile: { name: 'ann' } } },
  },
  'a declared output that is there stays where it is': {
    steps: [call('a', { outputs: { profile: 'p' } })],
    when: (run) => run.succeed('a', { profile: 1, more: 2 }),
    outputs: { a: { profile: 1, more: 2 } },
  },
  'outputs are recorded as assets under their names': {
    steps: [call('a', { outputs: { x: 'silver.{{input.kind}}' } })],
    given: { inputs: { kind: 'cats' } },
    when: (run) => run.succeed('a', { x: 1 }),
    then: (run) => expect(run.status.assets).toMatchObject([{ name: 'silver.cats', step: 'a' }]),
  },
  'an asset that is recorded again is there once, the newest': {
    steps: [call('a', { outputs: { x: 'same' } }), call('b', { outputs: { x: 'same' } })],
    when: (run) => run.succeed('a', { x: 1 }).succeed('b', { x: 2 }),
    then: (run) => expect(run.status.assets).toMatchObject([{ name: 'same', step: 'b' }]),
  },
  'outputs above 1 KiB are kept by reference, and read when they are needed': {
    steps: [call('a'), call('b', { inputs: { x: from('{{a.text}}') } })],
    when: (run) => run.succeed('a', { text: 'x'.repeat(2000) }),
    inputs: { b: { x: 'x'.repeat(2000) } },
    then: (run) => {
      expect(run.record('a')).not.toHaveProperty('outputs');
      expect(run.record('a')?.outputsRef?.sizeBytes).toBe(2011);
    },
  },
  'outputs beyond 8 KiB in all are kept by reference': {
    isOfInlineResults: true,
    steps: Array.from({ length: 12 }, (_, index) => call(`s${index}`)),
    when: (run) => {
      for (let index = 0; index < 12; index += 1) run.succeed(`s${index}`, { text: 'x'.repeat(900) });
    },
    then: (run) => {
      const inline = (run.status.steps ?? []).filter(({ outputs }) => outputs !== undefined);
      expect(inline).toHaveLength(8);
      expect(JSON.stringify(inline.map(({ outputs }) => outputs)).length).toBeLessThan(8300);
    },
  },
  'an uploaded result is accepted by its reference and read for what builds on it': {
    steps: [call('a'), call('b', { inputs: { x: from('{{a.n}}') } })],
    when: (run) => {
      run.artifacts.set(`sha256:${'1'.repeat(64)}`, { n: 7 });
      run.end('a', { result: 'Succeeded', outputsRef: { digest: `sha256:${'1'.repeat(64)}`, sizeBytes: 9 } });
    },
    inputs: { b: { x: 7 } },
  },
  'an uploaded result of a step with declared outputs is read before it is accepted': {
    steps: [call('a', { outputs: { n: 'n', m: 'm' } })],
    when: (run) => {
      run.artifacts.set(`sha256:${'1'.repeat(64)}`, { n: 7 });
      run.end('a', { result: 'Succeeded', outputsRef: { digest: `sha256:${'1'.repeat(64)}`, sizeBytes: 9 } });
    },
    states: { a: 'Failed OutputMissing' },
  },
  'an attempt stays open until its uploaded result is read': {
    steps: [call('a', { check: [{ boolean: 'n > 1', run: 'b' }] }), call('b', { isChild: true })],
    when: (run) => {
      const outputsRef = { digest: `sha256:${'1'.repeat(64)}`, sizeBytes: 9 };
      run.children.set('1 a', { path: 'a', number: 1, outcome: { result: 'Succeeded', outputsRef } });
      expect(planWorkItem(run.observed())).toMatchObject({
        actions: [{ kind: 'read-artifact', digest: outputsRef.digest }],
        status: { phase: 'Running', steps: [{ path: 'a', phase: 'Running' }] },
      });
      run.artifacts.set(outputsRef.digest, { n: 7 });
      run.settle();
    },
    started: ['a', 'b'],
  },
  'what an attempt used is counted': {
    steps: [call('a'), call('b')],
    when: (run) =>
      run
        .end('a', { result: 'Succeeded', used: { promptTokens: 5 } })
        .end('b', { result: 'Failed', used: { promptTokens: 2 } }),
    then: (run) => expect(run.status.usage?.promptTokens).toBe(7),
  },
  'a result is not accepted twice': {
    steps: [call('a'), call('b', { dependsOn: ['a'] })],
    when: (run) => {
      run.succeed('a', { n: 1 });
      run.children.set('1 a', { path: 'a', number: 1, outcome: { result: 'Succeeded', outputs: { n: 2 } } });
      run.settle();
    },
    outputs: { a: { n: 1 } },
    started: ['a', 'b'],
  },
  'a late result of an attempt that was given up does not count': {
    steps: [call('a', { timeoutSeconds: 10 })],
    when: (run) => {
      run.wait(10).wait(2);
      run.children.set('1 a', { path: 'a', number: 1, outcome: { result: 'Succeeded', outputs: { late: true } } });
      run.settle();
    },
    states: { a: 'Running AttemptRunning' },
  },
};

const failures: Record<string, PlanningCase> = {
  'once a step has failed nothing new begins, and what runs is let to its end': {
    steps: [call('a', { retryPolicy: { maxAttempts: 1 } }), call('b'), call('c', { dependsOn: ['b'] })],
    when: (run) => run.fail('a').succeed('b'),
    states: { b: 'Succeeded Completed', c: '-' },
    run: 'Failed StepFailed',
    says: 'a failed: attempt 1 of 1 failed: Crashed',
  },
  'a failure that is seen together with a success keeps what the success would let begin': {
    steps: [call('b', { dependsOn: ['a'] }), call('a'), call('z', { retryPolicy: { maxAttempts: 1 } })],
    when: (run) => {
      run.children.set('1 a', { path: 'a', number: 1, outcome: { result: 'Succeeded' } });
      run.fail('z');
    },
    started: ['a', 'z'],
    run: 'Failed StepFailed',
  },
  'a success that is seen when the run is cancelled is still a success': {
    steps: [call('a', { compensate: 'undo' }), call('undo', { isChild: true })],
    when: (run) => {
      run.children.set('1 a', { path: 'a', number: 1, outcome: { result: 'Succeeded' } });
      run.spec = { ...run.spec, cancel: true };
      run.settle().succeed('undo');
    },
    states: { a: 'Succeeded Completed' },
  },
  'the run goes on past a failure where the step says so': {
    steps: [
      call('a', { retryPolicy: { maxAttempts: 1 }, onError: { continueOnFailure: true } }),
      call('b', { dependsOn: ['a'] }),
      call('c'),
    ],
    when: (run) => run.fail('a').succeed('c'),
    states: { a: 'Failed AttemptsExhausted', b: 'Skipped DependencyFailed' },
    messages: { b: 'a was not successful' },
    run: 'Succeeded AllStepsSucceeded',
  },
  'a fallback runs when the attempts are spent': {
    steps: [
      call('a', { retryPolicy: { maxAttempts: 1 }, onError: { fallbackStep: 'b' } }),
      call('b', { isChild: true }),
    ],
    when: (run) => run.fail('a'),
    started: ['a', 'b'],
    states: { a: 'Waiting FallbackRunning' },
  },
  'a step whose fallback succeeded counts as succeeded': {
    steps: [
      call('a', { retryPolicy: { maxAttempts: 1 }, onError: { fallbackStep: 'b' } }),
      call('b', { isChild: true }),
      call('c', { dependsOn: ['a'], inputs: { x: from('{{b.v}}') } }),
    ],
    when: (run) => run.fail('a').succeed('b', { v: 1 }).succeed('c'),
    states: { a: 'Succeeded FallbackUsed' },
    inputs: { c: { x: 1 } },
    run: 'Succeeded AllStepsSucceeded',
  },
  'the outputs of a fallback stand under its own name': {
    steps: [
      call('a', { retryPolicy: { maxAttempts: 1 }, onError: { fallbackStep: 'b' } }),
      call('b', { isChild: true }),
      call('c', { inputs: { x: from('{{a.v}}') } }),
    ],
    when: (run) => run.fail('a').succeed('b', { v: 1 }),
    states: { c: 'Failed InputUnresolved' },
    messages: { c: "Field 'v' not found in step 'a'" },
  },
  'a step whose fallback failed too has failed': {
    steps: [
      call('a', { retryPolicy: { maxAttempts: 1 }, onError: { fallbackStep: 'b' } }),
      call('b', { isChild: true, retryPolicy: { maxAttempts: 1 }, onError: { continueOnFailure: true } }),
    ],
    when: (run) => run.fail('a').fail('b'),
    states: { a: 'Failed FallbackFailed' },
    run: 'Failed StepFailed',
  },
  'a fallback that runs anyway is waited for': {
    steps: [call('a', { retryPolicy: { maxAttempts: 1 }, onError: { fallbackStep: 'b' } }), call('b')],
    when: (run) => run.succeed('b').fail('a'),
    states: { a: 'Succeeded FallbackUsed' },
    started: ['a', 'b'],
  },
  'a failing part fails its group, once the others have ended': {
    steps: [group('g', [call('a', { retryPolicy: { maxAttempts: 1 } }), call('b'), call('c', { dependsOn: ['b'] })])],
    when: (run) => run.fail('a').succeed('b'),
    states: { g: 'Failed PartFailed', c: '-' },
    messages: { g: 'a failed' },
    run: 'Failed StepFailed',
  },
  'a group that may fail lets the run go on': {
    steps: [
      group('g', [call('a', { retryPolicy: { maxAttempts: 1 } })], { onError: { continueOnFailure: true } }),
      call('z'),
    ],
    when: (run) => run.fail('a').succeed('z'),
    run: 'Succeeded AllStepsSucceeded',
  },
  'a group has a fallback as any step': {
    steps: [
      group('g', [call('a', { retryPolicy: { maxAttempts: 1 } })], { onError: { fallbackStep: 'b' } }),
      call('b', { isChild: true }),
    ],
    when: (run) => run.fail('a').succeed('b'),
    states: { g: 'Succeeded FallbackUsed' },
    run: 'Succeeded AllStepsSucceeded',
  },
};

describe.each([
  ['retries', retries],
  ['timeouts', timeouts],
  ['results', results],
  ['failures', failures],
])('%s', (_, cases) => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});
