import { describe, expect, it } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { aGraph, nodeOf } from '../../testing/a-graph.ts';
import { approval, call, choice, group, loop } from '../../testing/planning-case.ts';
import { pipelineGraph } from './pipeline-graph.ts';
import type { PipelineGraph, StepNode } from './step-node.ts';

const namesOf = (nodes: readonly StepNode[]) => nodes.map(({ name }) => name);
const routes = (...list: object[]) => ({ onSuccess: { routes: list } });
const when = (expression: string, more: object) => ({ match: { expression }, ...more });

/** Every kind of nesting in one pipeline. */
const nested = [
  call('first', routes(when('true', { run: 'last' }), when('{{first.ok}}', { steps: [call('routed')] }))),
  loop('outer', [call('each'), group('side', [loop('inner', [call('leaf')])])]),
  choice('branch', 'true', [[call('yes')], [call('no'), call('never')]]),
  call('last', { isChild: true }),
];

describe('pipelineGraph', () => {
  const graph = aGraph(nested, { onExit: [group('bye', [call('report')])] });

  it('lists every step in the order of the document, each before its parts, exit steps last', () => {
    expect(namesOf(graph.nodes)).toEqual([
      ...['first', 'routed', 'outer', 'each', 'side', 'inner', 'leaf'],
      ...['branch', 'yes', 'no', 'never', 'last', 'bye', 'report'],
    ]);
    expect(graph.nodes.map(({ index }) => index)).toEqual([...graph.nodes.keys()]);
  });

  it('tells the steps at the top from exit steps and from parts', () => {
    expect(namesOf(graph.roots)).toEqual(['first', 'outer', 'branch', 'last']);
    expect(namesOf(graph.exitSteps)).toEqual(['bye']);
  });

  const places: Record<string, Pick<StepNode, 'placement' | 'path'> & { parent?: string; loop?: string }> = {
    first: { placement: 'top', path: ['steps', 0] },
    routed: { placement: 'route', path: ['steps', 0, 'onSuccess', 'routes', 1, 'steps', 0], parent: 'first' },
    each: { placement: 'loop', path: ['steps', 1, 'steps', 0], parent: 'outer', loop: 'outer' },
    side: { placement: 'loop', path: ['steps', 1, 'steps', 1], parent: 'outer', loop: 'outer' },
    inner: { placement: 'group', path: ['steps', 1, 'steps', 1, 'steps', 0], parent: 'side', loop: 'outer' },
    leaf: {
      ...{ placement: 'loop', path: ['steps', 1, 'steps', 1, 'steps', 0, 'steps', 0] },
      ...{ parent: 'inner', loop: 'inner' },
    },
    yes: { placement: 'ifTrue', path: ['steps', 2, 'branches', 'ifTrue', 'steps', 0], parent: 'branch' },
    never: { placement: 'ifFalse', path: ['steps', 2, 'branches', 'ifFalse', 'steps', 1], parent: 'branch' },
    bye: { placement: 'exit', path: ['onExit', 0] },
    report: { placement: 'group', path: ['onExit', 0, 'steps', 0], parent: 'bye' },
  };
  it.each(Object.entries(places))('knows where %s stands', (name, place) => {
    const { placement, path, parent, loop: around } = nodeOf(graph, name);
    expect({ placement, path, parent: parent?.name, loop: around?.name }).toEqual({
      parent: undefined,
      loop: undefined,
      ...place,
    });
  });

  it('keeps what a step is made of apart from what its routes bring', () => {
    expect(namesOf(nodeOf(graph, 'outer').children)).toEqual(['each', 'side']);
    expect(namesOf(nodeOf(graph, 'branch').children)).toEqual(['yes', 'no', 'never']);
    expect(namesOf(nodeOf(graph, 'first').children)).toEqual([]);
    expect(namesOf(nodeOf(graph, 'first').routed)).toEqual(['routed']);
    expect(nodeOf(graph, 'routed').routeIndex).toBe(1);
    expect(nodeOf(graph, 'yes').routeIndex).toBeUndefined();
  });

  it('knows a conditional with one branch', () => {
    expect(namesOf(aGraph([choice('c', 'true', [[call('yes')]])]).nodes)).toEqual(['c', 'yes']);
  });

  it('is made once for each spec', () => {
    const spec = pipelineSpec.parse({ steps: [call('a')] });
    expect(pipelineGraph(spec)).toBe(pipelineGraph(spec));
    expect(pipelineGraph(structuredClone(spec))).not.toBe(pipelineGraph(spec));
  });
});

describe('activators', () => {
  const activatorsOf = (graph: PipelineGraph, name: string) =>
    nodeOf(graph, name).activators.map(({ by, through }) => `${through} of ${by.name}`);
  const child = (name: string, more: object = {}) => call(name, { isChild: true, ...more });

  it('are whoever can make a child step run, and by what', () => {
    const graph = aGraph([
      call('a', { check: [{ boolean: 'true', run: 'x' }], onError: { fallbackStep: 'x' } }),
      call('b', { ...routes(when('true', { run: 'x' })), compensate: 'undo' }),
      child('x'),
      child('undo'),
    ]);
    expect(activatorsOf(graph, 'x')).toEqual(['check of a', 'fallback of a', 'route of b']);
    expect(activatorsOf(graph, 'undo')).toEqual(['compensate of b']);
    expect(activatorsOf(graph, 'a')).toEqual([]);
  });

  it('are known of steps that stand further down, or inside of others', () => {
    const graph = aGraph([group('g', [child('late')]), loop('l', [call('a', { onError: { fallbackStep: 'late' } })])]);
    expect(activatorsOf(graph, 'late')).toEqual(['fallback of a']);
  });
});

describe('unknown and repeated names', () => {
  const dangling = [
    call('a', {
      dependsOn: ['nowhere'],
      check: [
        { boolean: 'true', run: 'a' },
        { notExists: 'x', run: 'missing' },
      ],
      ...routes(when('true', { steps: [call('routed')] }), when('true', { run: 'gone' })),
      onError: { fallbackStep: 'lost' },
      compensate: 'never_made',
    }),
    approval('asked', { returnTo: 'before' }),
    {
      ...{ name: 'checked', type: 'validation', checks: {} },
      onFailure: { gate: 'g', returnTo: 'earlier' },
    },
  ];

  it('are told with the place of each and what it should have been', () => {
    expect(aGraph(dangling).unknown).toEqual([
      { name: 'nowhere', path: ['steps', 0, 'dependsOn', 0], as: 'dependsOn' },
      { name: 'missing', path: ['steps', 0, 'check', 1, 'run'], as: 'check' },
      { name: 'gone', path: ['steps', 0, 'onSuccess', 'routes', 1, 'run'], as: 'route' },
      { name: 'lost', path: ['steps', 0, 'onError', 'fallbackStep'], as: 'fallbackStep' },
      { name: 'never_made', path: ['steps', 0, 'compensate'], as: 'compensate' },
      { name: 'before', path: ['steps', 1, 'returnTo'], as: 'returnTo' },
      { name: 'earlier', path: ['steps', 2, 'onFailure', 'returnTo'], as: 'returnTo' },
    ]);
  });

  it('are none where the steps are there', () => {
    const back = [call('a'), approval('asked', { returnTo: 'a' }), call('z', { compensate: 'a', dependsOn: ['a'] })];
    expect(aGraph(back).unknown).toEqual([]);
  });

  it('leave the first step of a name as the one that is meant', () => {
    const graph = aGraph([call('same'), loop('l', [call('same')]), call('z', { dependsOn: ['same'] })]);
    expect(graph.duplicates.map(({ path }) => path)).toEqual([['steps', 1, 'steps', 0]]);
    expect(nodeOf(graph, 'z').dependencies.map(({ on }) => on.path)).toEqual([['steps', 0]]);
  });

  it('are only data when they are those of prototype fields', () => {
    const graph = aGraph([call('constructor'), call('b', { dependsOn: ['constructor', 'toString'] })]);
    expect(nodeOf(graph, 'b').dependencies.map(({ on }) => on.name)).toEqual(['constructor']);
    expect(graph.unknown.map(({ name }) => name)).toEqual(['toString']);
  });
});
