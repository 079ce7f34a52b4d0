import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../../operator/src/api/work-item.ts';
import { judgeSoak } from './judge-soak.ts';

const aRun = (
  phase: 'Succeeded' | 'Running',
  results: readonly (readonly ('Succeeded' | 'Disrupted')[])[],
): WorkItem => ({
  apiVersion: 'conclave.dev/v1alpha1',
  kind: 'WorkItem',
  metadata: { name: 'w', uid: 'u' },
  spec: {},
  status: {
    phase,
    steps: results.map((attempts, index) => ({
      ...{ path: `s${index}`, phase: 'Succeeded' as const },
      attempts: attempts.map((result, at) => ({ number: at + 1, result })),
    })),
  },
});
const job = (path: string, attempt: number) => ({ workItemUid: 'u', path, attempt });

describe('judgeSoak', () => {
  it('finds nothing wrong with runs of which every step has one result', () => {
    const verdict = judgeSoak([aRun('Succeeded', [['Succeeded'], ['Disrupted', 'Succeeded']])], [job('s0', 1)], 2);
    expect(verdict).toEqual({
      ...{ succeeded: 1, steps: 2, repeated: 1 },
      ...{ lost: [], acceptedTwice: [], unrecorded: [] },
    });
  });

  it.each([
    ['a run that is not over', aRun('Running', [['Succeeded']]), 1],
    ['a step without a result', aRun('Succeeded', [['Disrupted']]), 1],
    ['a step without a record', aRun('Succeeded', [['Succeeded']]), 2],
  ])('counts %s as lost', (_, run, stepsEach) => {
    expect(judgeSoak([run], [], stepsEach).lost).toHaveLength(1);
  });

  it('finds a step that was accepted twice', () => {
    const run = aRun('Succeeded', [['Succeeded', 'Succeeded']]);
    expect(judgeSoak([run], [], 1).acceptedTwice).toEqual(['w: s0']);
  });

  it('finds a Job of which no record tells', () => {
    const run = aRun('Succeeded', [['Succeeded']]);
    expect(judgeSoak([run], [job('s0', 1), job('s0', 2)], 1).unrecorded).toEqual(['u s0 2']);
  });
});
