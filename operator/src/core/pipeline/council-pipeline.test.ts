import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../../api/work-item.ts';
import { councilPipeline } from './council-pipeline.ts';

describe('a WorkItem that asks a Council', () => {
  const asking = (spec: WorkItem['spec']): WorkItem => ({
    ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'WorkItem', metadata: { name: 'w' } },
    spec,
  });

  it('runs one step', () => {
    const { steps } = councilPipeline(asking({ councilRef: { name: 'board' }, topic: 'which way?' }));
    expect(steps).toMatchObject([{ name: 'deliberate', type: 'council', council: 'board', topic: 'which way?' }]);
  });

  it('is refused without a Council, which the API server has seen to', () => {
    expect(() => councilPipeline(asking({ topic: 'which way?' }))).toThrow();
  });

  it('asks nothing where there is no topic, which the API server has seen to', () => {
    expect(councilPipeline(asking({ councilRef: { name: 'board' } })).steps).toMatchObject([{ topic: '' }]);
  });
});
