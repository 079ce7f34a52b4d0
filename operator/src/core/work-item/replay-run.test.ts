import { describe, expect, it } from 'vitest';
import type { StepStatus } from '../../api/step-status.ts';
import { PlannedRun, type PipelineSketch } from '../../testing/planned-run.ts';
import { call, choice, from, group, loop } from '../../testing/planning-case.ts';
import { defined } from '../defined.ts';
import type { ReplayedRun } from './observed.ts';

interface Case {
  readonly steps: PipelineSketch['steps'];
  /** What happened in the run that is replayed. */
  readonly before: (run: PlannedRun) => unknown;
  readonly fromStep: string;
  /** Attempts that the replay starts before any of them ends. */
  readonly started: readonly string[];
  /** Phase and reason of steps when it has begun. */
  readonly states?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

const cases: Record<string, Case> = {
  'from a step that others build on along two ways runs them once': {
    steps: [
      call('a'),
      call('b', { dependsOn: ['a'] }),
      call('c', { dependsOn: ['a'] }),
      call('d', { dependsOn: ['b', 'c'] }),
    ],
    before: (run) => run.succeed('a').succeed('b').succeed('c').succeed('d'),
    fromStep: 'a',
    started: ['a'],
    states: { d: '-' },
  },
  'from a part of a group runs the group again, with what had been done in it': {
    steps: [group('g', [call('a'), call('b')]), call('z', { dependsOn: ['g'] })],
    before: (run) => run.succeed('a').succeed('b').succeed('z'),
    fromStep: 'b',
    started: ['a', 'b'],
    states: { z: '-' },
  },
  'from a step of a route runs that step, not its owner': {
    steps: [call('a', { onSuccess: { routes: [{ match: { expression: 'true' }, steps: [call('r')] }] } })],
    before: (run) => run.succeed('a').succeed('r'),
    fromStep: 'r',
    started: ['r'],
    states: { a: 'Succeeded Replayed' },
  },
  'from a step that a check had activated runs that step': {
    steps: [call('a', { check: [{ boolean: 'true', run: 'c' }] }), call('c', { isChild: true })],
    before: (run) => run.succeed('a').succeed('c'),
    fromStep: 'c',
    started: ['c'],
    states: { a: 'Succeeded Replayed' },
  },
  'from the step that activates another decides anew': {
    steps: [call('a', { check: [{ boolean: 'true', run: 'c' }] }), call('c', { isChild: true })],
    before: (run) => run.succeed('a').succeed('c'),
    fromStep: 'a',
    started: ['a'],
    states: { c: '-' },
  },
  'keeps what was decided before': {
    steps: [call('a'), call('b', { when: 'false' }), choice('c', 'true', [[call('yes')], [call('no')]]), call('z')],
    before: (run) => run.succeed('a').succeed('yes').succeed('z'),
    fromStep: 'z',
    started: ['z'],
    states: {
      ...{ a: 'Succeeded Replayed', b: 'Skipped ConditionFalse', c: 'Succeeded Replayed' },
      ...{ yes: 'Succeeded Replayed', no: 'Skipped BranchNotTaken' },
    },
  },
  'has the results of loops': {
    steps: [
      loop('l', [call('x')], { iterateOver: [1, 2] }),
      call('z', { inputs: { v: from('{{l.results[*].x.v}}') } }),
    ],
    before: (run) => run.succeed('l[0].x', { v: 1 }).succeed('l[1].x', { v: 2 }).succeed('z'),
    fromStep: 'z',
    started: ['z'],
    inputs: { z: { v: [1, 2] } },
  },
  'runs the exit steps again': {
    steps: [call('a')],
    before: (run) => run.succeed('a').succeed('bye'),
    fromStep: 'nowhere',
    started: ['bye'],
  },
  'takes nothing over of steps that the pipeline does not have any more': {
    steps: [call('a'), call('z', { dependsOn: ['a'] })],
    before: (run) => {
      run.succeed('a').succeed('z');
      run.status.steps?.push({ path: 'ghost', phase: 'Succeeded' } satisfies StepStatus);
    },
    fromStep: 'z',
    started: ['z'],
    states: { ghost: '-' },
  },
};

describe('a replay', () => {
  it.each(Object.entries(cases))('%s', (_, { steps, before, fromStep, started, states = {}, inputs = {} }) => {
    const pipeline = { steps, onExit: [call('bye')] };
    const first = new PlannedRun(pipeline);
    before(first);
    const run = new PlannedRun(pipeline, {
      spec: { replay: { workItemName: 'w-1', fromStep } },
      facts: { replayed: first.replayed },
    });
    expect(run.started).toEqual(started);
    expect(Object.keys(states).map((path) => [path, run.stateOf(path)])).toEqual(Object.entries(states));
    expect(Object.keys(inputs).map((path) => [path, run.startOf(path)?.inputs])).toEqual(Object.entries(inputs));
  });

  const steps = [call('a'), call('b', { dependsOn: ['a'] })];
  const execution = { mode: 'safe' };
  const other = `sha256:${'1'.repeat(64)}`;
  const ran = (pipeline: ReplayedRun['pipeline']) => ({ workItemUid: 'uid-1', steps: [], ...defined({ pipeline }) });

  const same = `sha256:${'0'.repeat(64)}`;

  it.each<[string, string | undefined, ReplayedRun['pipeline'], string | undefined]>([
    ['of another revision of its Pipeline', 'p', { name: 'p', digest: other }, undefined],
    ['of the very same pipeline of its own', undefined, { digest: same }, undefined],
    ['of another Pipeline', 'p', { name: 'q', digest: other }, 'the Pipeline q, and it runs the Pipeline p'],
    ['of another Pipeline like it', 'p', { name: 'q', digest: same }, 'the Pipeline q, and it runs the Pipeline p'],
    ['of no Pipeline', 'p', { digest: other }, 'another pipeline of its own, and it runs the Pipeline p'],
    ['of a Pipeline', undefined, { name: 'p', digest: same }, 'the Pipeline p, and it runs one of its own'],
    ['of another one', undefined, { digest: other }, 'another pipeline of its own, and it runs one of its own'],
    ['of what never was a run', 'p', undefined, 'nothing, and it runs the Pipeline p'],
  ])('%s', (_, pipelineName, pipeline, why) => {
    const run = new PlannedRun(
      { steps, execution },
      {
        ...{ pipelineName, facts: { replayed: ran(pipeline) } },
        spec: { replay: { workItemName: 'w-1', fromStep: 'b' } },
      },
    );
    // Nobody is asked whether something may begin that cannot.
    expect([run.state, run.status.gates?.length]).toEqual(
      why === undefined ? ['Waiting WaitingForStart', 1] : ['Failed ReplayOfAnotherPipeline', undefined],
    );
    if (why !== undefined)
      expect(run.status.message).toContain(`it replays w-1, which ran ${why}: only a run of the same`);
  });
});
