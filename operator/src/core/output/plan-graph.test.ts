import { describe, expect, test } from 'vitest';
import { graphLimits, planGraph } from './plan-graph.ts';

const nodes = [{ id: 'a', label: 'ACME', type: 'company' }, { id: 7, name: 'Jane', type: 'person' }, 'bare'];
const edges = [
  { from: 'a', to: 7, label: 'employs' },
  { source: 7, target: 'bare' },
];

describe('a graph of data', () => {
  test('is drawn with its labels, its types in colours of their own', () => {
    expect(planGraph({ nodes, edges }, 'Who')).toEqual({
      planned: {
        title: 'Who',
        description: 'A graph of 3 nodes and 2 edges.',
        items: [
          { kind: 'node', id: 'n0', lines: ['ACME', 'company'], shape: 'rounded', tone: 'call', isChild: false },
          { kind: 'node', id: 'n1', lines: ['Jane', 'person'], shape: 'rounded', tone: 'agent', isChild: false },
          { kind: 'node', id: 'n2', lines: ['bare'], shape: 'rounded', tone: 'code', isChild: false },
        ],
        edges: [
          { from: 'n0', to: 'n1', kind: 'chooses', label: 'employs' },
          { from: 'n1', to: 'n2', kind: 'chooses' },
        ],
      },
    });
  });

  test('tells of ten arrows that are none, and no more', () => {
    const bad = Array.from({ length: 30 }, () => 'no arrow');
    const planned = planGraph({ nodes, edges: bad }, 'Who');
    expect('issues' in planned && planned.issues).toHaveLength(10);
  });

  test('may be one of the inputs', () => {
    expect(planGraph({ note: 1, graph: { nodes } }, 'Who')).toMatchObject({ planned: { edges: [] } });
  });

  test('tells of an arrow that leads back to its node in the node', () => {
    const graph = {
      nodes: ['a'],
      edges: [
        { from: 'a', to: 'a', label: 'owns' },
        { from: 'a', to: 'a' },
      ],
    };
    expect(planGraph(graph, 'Who')).toMatchObject({ planned: { items: [{ lines: ['a', '↻ owns', '↻'] }], edges: [] } });
  });

  test.each([
    ['no graph among the inputs', { a: 1 }, { code: 'NoGraph', path: ['inputs'], message: /found "a" \(number\)$/ }],
    ['several graphs', { a: { nodes }, b: { nodes } }, { code: 'NoGraph', path: ['inputs'], message: /: a, b$/ }],
    ['nodes that are no list', { g: { nodes: 1 } }, { code: 'MalformedGraph', path: ['inputs', 'g', 'nodes'] }],
    ['edges that are no list', { nodes, edges: {} }, { code: 'MalformedGraph', path: ['inputs', 'edges'] }],
    ['a node without id', { nodes: [{ label: 'x' }] }, { code: 'MalformedGraph', path: ['inputs', 'nodes', 0] }],
    ['two nodes of one id', { nodes: ['7', { id: 7 }] }, { code: 'MalformedGraph', path: ['inputs', 'nodes', 1] }],
    [
      'an edge without ends',
      { nodes, edges: [{ from: 'a' }] },
      { code: 'MalformedGraph', path: ['inputs', 'edges', 0] },
    ],
    ['an edge that is no object', { nodes, edges: [1] }, { code: 'MalformedGraph', path: ['inputs', 'edges', 0] }],
    [
      'an edge to a node that is not there',
      { nodes, edges: [{ from: 'a', to: 'x' }] },
      { code: 'MalformedGraph', path: ['inputs', 'edges', 0], message: /"x", which is the id of no node$/ },
    ],
  ])(
    'says that there is %s',
    (_, inputs, { message = /./, ...issue }: { message?: RegExp; code: string; path: unknown }) => {
      expect(planGraph(inputs, 'Who')).toEqual({
        issues: [{ ...issue, message: expect.stringMatching(message), hint: expect.any(String) }],
      });
    },
  );

  test('tells of its first mistakes only', () => {
    expect(planGraph({ nodes: Array.from({ length: 50 }, () => null) }, 'Who')).toMatchObject({
      issues: { length: 10 },
    });
  });

  const many = Array.from({ length: graphLimits.nodes + 1 }, (_, index) => index);
  const tangle = many.slice(0, 18);
  test.each([
    ['nodes', { nodes: many }],
    [
      'edges',
      { nodes: ['a', 'b'], edges: Array.from({ length: graphLimits.edges + 1 }, () => ({ from: 'a', to: 'b' })) },
    ],
    [
      'layers that edges run through',
      {
        nodes: tangle,
        edges: tangle.flatMap((from) => tangle.filter((to) => to > from).map((to) => ({ from, to }))).slice(0, 1500),
      },
    ],
  ])('has bounds of %s', (_, inputs) => {
    expect(planGraph(inputs, 'Who')).toMatchObject({ issues: [{ code: 'TooLarge', path: ['inputs'] }] });
  });
});
