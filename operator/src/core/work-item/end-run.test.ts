import { describe, expect, it } from 'vitest';
import { call, checkPlanningCase, from, type PlanningCase } from '../../testing/planning-case.ts';

const large = 'x'.repeat(2000);

const cases: Record<string, PlanningCase> = {
  'a run gives what its outputs refer to': {
    steps: [call('a'), call('b', { onError: { continueOnFailure: true } })],
    pipeline: {
      outputs: { one: from('{{a.v}}'), two: { or: ['{{b.v}}', '{{a.w}}'] }, three: { value: '{{a.v}}' } },
    },
    when: (run) => run.succeed('a', { v: 1, w: 2 }).fail('b', 'Crashed', { retryable: false }),
    run: 'Succeeded AllStepsSucceeded',
    then: (run) => expect(run.status.outputs).toEqual({ one: 1, two: 2, three: '{{a.v}}' }),
  },
  'outputs of a run that are large are kept by reference, and stay when it is looked at again': {
    steps: [call('a')],
    pipeline: { outputs: { one: from('{{a.v}}') } },
    when: (run) => run.succeed('a', { v: large }).wait(60),
    then: (run) => {
      expect(run.status.outputs).toBeUndefined();
      expect(run.artifacts.get(run.status.outputsRef?.digest ?? '')).toEqual({ one: large });
    },
  },
  'outputs that have no value fail the run': {
    steps: [call('a')],
    pipeline: { outputs: { one: from('{{a.v}}') } },
    when: (run) => run.succeed('a'),
    run: 'Failed OutputsUnresolved',
    says: "its outputs have no value: Field 'v' not found in step 'a'",
  },
  'the size of outputs is counted in bytes, not in characters': {
    steps: [call('a'), call('b'), call('c')],
    isOfInlineResults: true,
    when: (run) =>
      run
        .succeed('a', { v: 'é'.repeat(500) })
        .succeed('b', { v: '€'.repeat(350) })
        .succeed('c', { v: '😀'.repeat(250) }),
    then: (run) => {
      expect(run.record('a')?.outputs).toBeDefined();
      expect(run.record('b')?.outputsRef?.sizeBytes).toBe(3 * 350 + 8);
      expect(run.record('c')?.outputs).toBeDefined();
    },
  },
  'exit steps that run are not ended when the run is cancelled': {
    steps: [call('a')],
    pipeline: { onExit: [call('bye')] },
    when: (run) => run.succeed('a').change({ cancel: true }),
    running: ['bye'],
    then: (run) => {
      run.succeed('bye');
      expect(run.status.phase).toBe('Cancelled');
    },
  },
  'what would undo a step inside of a group is not run by itself': {
    steps: [
      call('a', { compensate: 'undo' }),
      { name: 'g', type: 'parallel_group', steps: [call('undo', { isChild: true })] as never },
      call('z'),
    ],
    when: (run) => run.succeed('a').change({ cancel: true }),
    started: ['a', 'z'],
    run: 'Cancelled Cancelled',
  },
  'what cannot be undone does not keep the rest from being undone': {
    steps: [
      call('a', { compensate: 'undo_a' }),
      call('b', { compensate: 'undo_b' }),
      call('undo_a', { isChild: true }),
      call('undo_b', { isChild: true, inputs: { v: from('{{input.nope}}') } }),
      call('z'),
    ],
    when: (run) => run.succeed('a').succeed('b').change({ cancel: true }).succeed('undo_a'),
    started: ['a', 'b', 'z', 'undo_a'],
    states: { undo_b: 'Failed InputUnresolved', undo_a: 'Succeeded Completed' },
    run: 'Cancelled Cancelled',
  },
  'of steps that ended at the same time the later is undone first': {
    steps: [
      call('a', { compensate: 'undo_a' }),
      call('b', { compensate: 'undo_b' }),
      call('undo_a', { isChild: true }),
      call('undo_b', { isChild: true }),
      call('z'),
    ],
    when: (run) => run.succeed('b').succeed('a').change({ cancel: true }).succeed('undo_b'),
    started: ['a', 'b', 'z', 'undo_b', 'undo_a'],
  },
  'a run of five hundred steps at once is not too large': {
    steps: Array.from({ length: 500 }, (_, index) => call(`s${index}`)),
    pipeline: { execution: { maxParallel: 1000 } },
    run: 'Running StepsRunning',
    then: (run) => expect(run.started).toHaveLength(500),
  },
  'a start that is rejected without a word says so': {
    steps: [call('a')],
    pipeline: { execution: { mode: 'safe' } },
    when: (run) => run.decide('start', 'rejected', { role: 'planning' }),
    run: 'Failed StartRejected',
    says: 'the start was not approved',
  },
  'an input cannot be checked against a schema that is none': {
    steps: [call('a')],
    pipeline: { parameters: [{ name: 'n', schema: { pattern: '(' } }] },
    given: { inputs: { n: 'x' } },
    run: 'Failed InputsInvalid',
    says: "the schema of the parameter 'n' cannot be used",
  },
};

describe('a run', () => {
  it.each(Object.entries(cases))('%s', (_sentence, planned) => {
    checkPlanningCase(planned);
  });
});
