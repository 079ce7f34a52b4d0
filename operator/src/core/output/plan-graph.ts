import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Drawing, DrawnEdge, DrawnNode, Tone } from '../drawing/drawing.ts';
import { planLayout } from '../drawing/plan-layout.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { describeInputs } from './describe-inputs.ts';
import type { Planned } from './output-document.ts';
import { isList, isObject } from './plain-text.ts';
import { type DataEdge, type DataGraph, type DataNode, readGraph } from './read-graph.ts';

/** Bounds of a graph that is drawn. Its arrows through layers count too: see `planLayout`. */
export const graphLimits = { nodes: 500, edges: 2000 } as const;

/** A picture of the graph among the inputs: `nodes` and `edges` themselves, or one input that has them. */
export function planGraph(inputs: JsonObject, title: string): Planned<Drawing> {
  const found = findGraph(inputs);
  if ('issues' in found) return found;
  const { value, path } = found.planned;
  const graph = isTooLong(value) ? undefined : readGraph(value, path);
  if (graph === undefined) return { issues: [tooLarge(path)] };
  if ('issues' in graph) return graph;
  const drawing = drawGraph(graph.planned, title);
  // Beyond this size a layout leaves out arrows that others imply, which is right for an order but not for data.
  const plan = planLayout(drawing);
  return plan === undefined || plan.isReduced ? { issues: [tooLarge(path)] } : { planned: drawing };
}

interface FoundGraph {
  readonly value: JsonObject;
  readonly path: IssuePath;
}

const SHAPE = '{"nodes": [{"id": "a", "label": "A"}, …], "edges": [{"from": "a", "to": "b", "label": "…"}, …]}';

function findGraph(inputs: JsonObject): Planned<FoundGraph> {
  if (inputs.nodes !== undefined) return { planned: { value: inputs, path: ['inputs'] } };
  const graphs = Object.entries(inputs).flatMap(([name, value]) =>
    isObject(value) && value.nodes !== undefined ? [{ value, path: ['inputs', name] }] : [],
  );
  const [first] = graphs;
  if (first !== undefined && graphs.length === 1) return { planned: first };
  const message =
    first === undefined
      ? `a picture of a graph needs nodes and edges among its inputs, found ${describeInputs(inputs)}`
      : `several inputs are graphs, and a picture shows one: ${graphs.map(({ path }) => path[1]).join(', ')}`;
  const hint = `give the inputs \`nodes\` and \`edges\`, or one input of this shape: ${SHAPE}`;
  return { issues: [{ code: 'NoGraph', path: ['inputs'], message, hint }] };
}

function isTooLong({ nodes, edges }: JsonObject): boolean {
  return lengthOf(nodes) > graphLimits.nodes || lengthOf(edges) > graphLimits.edges;
}

const lengthOf = (value: JsonValue | undefined) => (value !== undefined && isList(value) ? value.length : 0);

function tooLarge(path: IssuePath): Issue {
  const message = `the graph is too large for a picture: at most ${graphLimits.nodes} nodes and ${graphLimits.edges} edges are drawn, and fewer where edges run through many layers`;
  return { code: 'TooLarge', path, message, hint: 'draw a part of it, or give it as json' };
}

/** Types of nodes take these in turn. */
const tones: readonly Tone[] = ['call', 'agent', 'code', 'data', 'result', 'gate', 'control'];

function drawGraph({ nodes, edges }: DataGraph, title: string): Drawing {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const types = [...new Set(nodes.map(({ type }) => type))];
  const loops = Map.groupBy(
    edges.filter(({ from, to }) => from === to),
    ({ from }) => from,
  );
  return {
    title,
    description: `A graph of ${countOf(nodes.length, 'node')} and ${countOf(edges.length, 'edge')}.`,
    items: nodes.map((node, index) => ({
      ...drawNode(node, loops.get(node.id) ?? []),
      id: `n${index}`,
      tone: tones[types.indexOf(node.type) % tones.length] ?? 'call',
    })),
    edges: edges.filter(({ from, to }) => from !== to).map((edge) => drawEdge(edge, ids)),
  };
}

/** An arrow from a node to itself is a line of its text: layers have no place for one. */
function drawNode({ label, type }: DataNode, loops: readonly DataEdge[]): Omit<DrawnNode, 'id' | 'tone'> {
  const details = [...(type === '' ? [] : [type]), ...loops.map((loop) => `↻ ${loop.label}`.trimEnd())];
  return { kind: 'node', lines: [label, ...details], shape: 'rounded', isChild: false };
}

/** The kind is one that is drawn through and never left out. */
function drawEdge({ from, to, label }: DataEdge, ids: ReadonlyMap<string, string>): DrawnEdge {
  const ends = { from: ids.get(from) ?? '', to: ids.get(to) ?? '', kind: 'chooses' } as const;
  return label === '' ? ends : { ...ends, label };
}

const countOf = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
