import { describe, expect, it } from 'vitest';
import { aGraph, nodeOf } from '../../testing/a-graph.ts';
import { call, choice, group, loop } from '../../testing/planning-case.ts';
import { isExitStep, isInside, isVisibleFrom, loopsAround, variablesAt } from './scope-rules.ts';

const graph = aGraph(
  [
    call('top', { onSuccess: { routes: [{ match: { expression: 'true' }, steps: [call('routed')] }] } }),
    loop('outer', [
      call('sibling'),
      group('side', [loop('inner', [call('leaf')], { loopVariable: 'part' })]),
      choice('fork', 'true', [[call('yes')]]),
    ]),
    loop('other', [call('stranger')]),
  ],
  { onExit: [group('bye', [call('report')])] },
);
const at = (name: string) => nodeOf(graph, name);

describe('the variables of a step', () => {
  const variables: Record<string, readonly string[]> = {
    top: ['input', 'run'],
    sibling: ['input', 'run', 'item', 'item_index'],
    yes: ['input', 'run', 'item', 'item_index'],
    inner: ['input', 'run', 'item', 'item_index'],
    leaf: ['input', 'run', 'part', 'part_index', 'item', 'item_index'],
  };
  it.each(Object.entries(variables))('at %s are those of the loops around it', (name, expected) => {
    expect([...variablesAt(at(name))]).toEqual(expected);
  });

  it('come from the loops around it, the innermost first', () => {
    expect(loopsAround(at('leaf')).map(({ name }) => name)).toEqual(['inner', 'outer']);
    expect(loopsAround(at('top'))).toEqual([]);
  });
});

describe('a step can name', () => {
  const seen: Record<string, { from: string; target: string; isVisible: boolean }> = {
    'a step at the top from anywhere': { from: 'leaf', target: 'top', isVisible: true },
    'a sibling of its iteration': { from: 'yes', target: 'sibling', isVisible: true },
    'a step of an iteration further out': { from: 'leaf', target: 'sibling', isVisible: true },
    'no step inside of a loop from outside': { from: 'top', target: 'sibling', isVisible: false },
    'no step inside of a deeper loop': { from: 'sibling', target: 'leaf', isVisible: false },
    'no step of another loop': { from: 'sibling', target: 'stranger', isVisible: false },
    'the parts of groups and branches': { from: 'top', target: 'routed', isVisible: true },
  };
  it.each(Object.entries(seen))('%s', (_, { from, target, isVisible }) => {
    expect(isVisibleFrom(at(target), at(from))).toBe(isVisible);
  });
});

describe('a step is inside of', () => {
  it('itself and all that it is a part of, at any depth', () => {
    expect(['leaf', 'inner', 'side', 'outer'].map((name) => isInside(at('leaf'), at(name)))).toEqual(
      Array(4).fill(true),
    );
    expect(isInside(at('routed'), at('top'))).toBe(true);
  });

  it('nothing else', () => {
    expect(isInside(at('outer'), at('leaf'))).toBe(false);
    expect(isInside(at('leaf'), at('sibling'))).toBe(false);
  });
});

describe('an exit step', () => {
  it('is one that stands in onExit, or is a part of one', () => {
    expect([at('bye'), at('report')].map(isExitStep)).toEqual([true, true]);
  });

  it('is no other', () => {
    expect([at('top'), at('leaf'), at('routed')].map(isExitStep)).toEqual([false, false, false]);
  });
});
