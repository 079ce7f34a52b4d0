import { describe, expect, it } from 'vitest';
import { PlannedRun } from '../../testing/planned-run.ts';

const call = (name: string, more: object = {}) => ({ name, type: 'function' as const, method: 'm', ...more });
const from = (template: string) => ({ from: template });

describe('planWorkItem', () => {
  it('runs steps side by side, and each after what it depends on', () => {
    const run = new PlannedRun({ steps: [call('a'), call('b'), call('c', { dependsOn: ['a', 'b'] })] });
    expect(run.started).toEqual(['a', 'b']);
    run.succeed('a');
    expect(run.started).toEqual(['a', 'b']);
    run.succeed('b').succeed('c');
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
  });
  it('loops', () => {
    const run = new PlannedRun(
      {
        steps: [
          {
            name: 'l',
            type: 'loop',
            iterateOver: '{{input.items}}',
            loopVariable: 'item',
            maxParallel: 2,
            steps: [call('x', { inputs: { v: from('{{item}}') } })],
          },
          call('z', { inputs: { r: from('{{l.results[*].x.o}}') } }),
        ],
      },
      { inputs: { items: ['a', 'b', 'c'] } },
    );
    expect(run.started).toEqual(['l[0].x', 'l[1].x']);
    run.succeed('l[0].x', { o: 1 });
    expect(run.started).toEqual(['l[0].x', 'l[1].x', 'l[2].x']);
    run.succeed('l[2].x', { o: 3 }).succeed('l[1].x', { o: 2 });
    expect(run.startOf('z')?.inputs).toEqual({ r: [1, 2, 3] });
    run.succeed('z');
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
  });
  it('conditional', () => {
    const run = new PlannedRun({
      steps: [
        call('a'),
        {
          name: 'c',
          type: 'conditional',
          condition: { expression: '{{a.n}} > 1' },
          branches: { ifTrue: { steps: [call('t')] }, ifFalse: { steps: [call('f')] } },
        },
        call('z', { dependsOn: ['c'] }),
      ],
    });
    run.succeed('a', { n: 2 });
    expect(run.stateOf('f')).toBe('Skipped BranchNotTaken');
    run.succeed('t');
    expect(run.outputsOf('c')).toEqual({ branch: 'ifTrue' });
    run.succeed('z');
    expect(run.state).toBe('Succeeded AllStepsSucceeded');
  });
});
