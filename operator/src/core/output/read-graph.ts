import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { IssuePath, Issue } from '../issue.ts';
import { quote } from '../quote.ts';
import type { Planned } from './output-document.ts';
import { isList, isObject, isScalar, plainLine, textOf } from './plain-text.ts';

/** A node of a graph of data. */
export interface DataNode {
  readonly id: string;
  readonly label: string;
  /** What it is, told below its label and by its colour; empty when that is not said. */
  readonly type: string;
}

/** An arrow of a graph of data, between the ids of two nodes. */
export interface DataEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A graph as an input gives it. */
export interface DataGraph {
  readonly nodes: readonly DataNode[];
  readonly edges: readonly DataEdge[];
}

const NODE_SHAPE = '{"id": "a", "label": "A"}, with a "type" if you like, or only its id';
const EDGE_SHAPE = '{"from": "a", "to": "b"}, with a "label" if you like';

/** Issues beyond these say the same again. */
const MOST_ISSUES = 10;

/** Reads `nodes` and `edges` of an input that stands at a path. */
export function readGraph(value: JsonObject, path: IssuePath): Planned<DataGraph> {
  const nodes = readNodes(value.nodes, path);
  if ('issues' in nodes) return nodes;
  const ids = new Set(nodes.planned.map(({ id }) => id));
  const edges = readEdges(value.edges ?? [], ids, path);
  return 'issues' in edges ? edges : { planned: { nodes: nodes.planned, edges: edges.planned } };
}

function readNodes(nodes: JsonValue | undefined, path: IssuePath): Planned<readonly DataNode[]> {
  if (nodes === undefined || !isList(nodes)) return { issues: [notAList('nodes', NODE_SHAPE, path)] };
  const seen = new Set<string>();
  const read: DataNode[] = [];
  const issues: Issue[] = [];
  for (const [index, item] of nodes.entries()) {
    const node = readNode(item);
    const at = [...path, 'nodes', index];
    if (node === undefined) issues.push(malformed('node', NODE_SHAPE, at));
    else if (seen.has(node.id)) issues.push(duplicate(node.id, at));
    else {
      seen.add(node.id);
      read.push(node);
    }
    if (issues.length === MOST_ISSUES) break;
  }
  return issues.length > 0 ? { issues } : { planned: read };
}

function readNode(item: JsonValue): DataNode | undefined {
  const id = idOf(isObject(item) ? item.id : item);
  if (id === undefined) return undefined;
  if (!isObject(item)) return { id, label: id, type: '' };
  const label = labelOf(item, ['label', 'name', 'title']);
  return { id, label: label === '' ? id : label, type: labelOf(item, ['type', 'kind', 'group']) };
}

function readEdges(edges: JsonValue, ids: ReadonlySet<string>, path: IssuePath): Planned<readonly DataEdge[]> {
  if (!isList(edges)) return { issues: [notAList('edges', EDGE_SHAPE, path)] };
  const read: DataEdge[] = [];
  const issues: Issue[] = [];
  for (const [index, item] of edges.entries()) {
    const edge = readEdge(item);
    const at = [...path, 'edges', index];
    const missing = edge === undefined ? undefined : [edge.from, edge.to].find((id) => !ids.has(id));
    if (edge === undefined) issues.push(malformed('edge', EDGE_SHAPE, at));
    else if (missing !== undefined) issues.push(unknownNode(missing, at));
    else read.push(edge);
    if (issues.length === MOST_ISSUES) break;
  }
  return issues.length > 0 ? { issues } : { planned: read };
}

function readEdge(item: JsonValue): DataEdge | undefined {
  if (!isObject(item)) return undefined;
  const [from, to] = [idOf(item.from ?? item.source), idOf(item.to ?? item.target)];
  if (from === undefined || to === undefined) return undefined;
  return { from, to, label: labelOf(item, ['label', 'type', 'relation']) };
}

function idOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** The first of some fields that holds text to show. */
function labelOf(item: JsonObject, fields: readonly string[]): string {
  const texts = fields.map((field) => item[field] ?? null).filter(isScalar);
  return texts.map((value) => plainLine(textOf(value))).find((text) => text !== '') ?? '';
}

function notAList(field: string, shape: string, path: IssuePath): Issue {
  const message = `${field} of a graph must be a list`;
  return { code: 'MalformedGraph', path: [...path, field], message, hint: `write each as ${shape}` };
}

function malformed(what: string, shape: string, path: IssuePath): Issue {
  return { code: 'MalformedGraph', path, message: `this is no ${what} of a graph`, hint: `write it as ${shape}` };
}

function duplicate(id: string, path: IssuePath): Issue {
  return {
    code: 'MalformedGraph',
    path,
    message: `another node has the id ${quote(id)} too`,
    hint: 'give each its own',
  };
}

function unknownNode(id: string, path: IssuePath): Issue {
  const message = `the edge leads to or from ${quote(id)}, which is the id of no node`;
  return { code: 'MalformedGraph', path, message, hint: 'add the node, or take the edge away' };
}
