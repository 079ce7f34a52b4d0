import { describe, expect, it } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { call } from '../../testing/planning-case.ts';
import { orderSteps } from './order-steps.ts';
import { pipelineGraph } from './pipeline-graph.ts';

const order = (...steps: object[]) =>
  orderSteps(pipelineGraph(pipelineSpec.parse({ steps })).roots).map(({ name }) => name);

describe('orderSteps', () => {
  it('leaves steps that do not depend on each other as they are', () => {
    expect(order(call('b'), call('a'), call('c'))).toEqual(['b', 'a', 'c']);
  });

  it('puts what a step depends on before it', () => {
    expect(order(call('c', { dependsOn: ['b'] }), call('x'), call('b', { dependsOn: ['a'] }), call('a'))).toEqual([
      ...['a', 'b', 'c', 'x'],
    ]);
  });

  it('puts what activates a step before it', () => {
    expect(order(call('b', { isChild: true }), call('a', { onError: { fallbackStep: 'b' } }))).toEqual(['a', 'b']);
  });

  it('gives every step once, in a circle too', () => {
    const circle = [call('a', { dependsOn: ['b'] }), call('b', { dependsOn: ['c'] }), call('c', { dependsOn: ['a'] })];
    expect(order(...circle, call('z')).sort()).toEqual(['a', 'b', 'c', 'z']);
  });

  it('is not stopped by a chain of a thousand steps', () => {
    const chain = Array.from({ length: 1000 }, (_, index) =>
      call(`s${index}`, index === 999 ? {} : { dependsOn: [`s${index + 1}`] }),
    );
    expect(order(...chain)[0]).toBe('s999');
  });
});
