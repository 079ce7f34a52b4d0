import * as dagre from '@dagrejs/dagre';
import type { LiftedEdge } from './lift-edges.ts';
import { measureLabels, type Size } from './measure-drawing.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Direction = 'LR' | 'TB';

/** Boxes in layers, and arrows around them. Places are middles. */
export interface Layers {
  readonly boxes: ReadonlyMap<string, Point>;
  readonly arrows: readonly LayeredArrow[];
}

/** The points that an arrow passes, and where its label is. */
export interface LayeredArrow {
  readonly edge: LiftedEdge;
  readonly points: readonly Point[];
  readonly label: (Point & Size) | undefined;
}

/** The part of dagre that is used. Its own declarations cannot be resolved by TypeScript under Node's rules. */
interface Dagre {
  readonly Graph: new (kind: { readonly multigraph: boolean }) => Graph;
  readonly layout: (graph: Graph, options: object) => void;
}

interface Graph {
  setGraph(settings: object): void;
  setNode(id: string, size: Size): void;
  node(id: string): Partial<Point>;
  setEdge(from: string, to: string, settings: object, name: string): void;
  edge(from: string, to: string, name: string): Partial<Point & Size> & { readonly points?: readonly Point[] };
}

const { Graph, layout } = dagre as unknown as Dagre;

/** How a graph is laid out. */
export interface LayerSetting {
  readonly direction: Direction;
  /** Sooner done, with some more crossings: for what is large. */
  readonly isHasty: boolean;
}

/** Puts boxes into layers along a direction, so that arrows lead onward and cross each other little. */
export function layerGraph(
  boxes: ReadonlyMap<string, Size>,
  edges: readonly LiftedEdge[],
  { direction, isHasty }: LayerSetting,
): Layers {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: direction,
    nodesep: 20,
    edgesep: 12,
    ranksep: 40,
    ...(isHasty && { ranker: 'tight-tree' }),
  });
  for (const [id, { width, height }] of boxes) graph.setNode(id, { width, height });
  for (const [index, edge] of edges.entries()) {
    const [first, second] = alongLayers(edge);
    const weight = edge.kind === 'needs' ? 2 : 1;
    graph.setEdge(first, second, { ...measureLabels(edge.labels), labelpos: 'c', weight }, String(index));
  }
  layout(graph, { disableOptimalOrderHeuristic: isHasty });
  return {
    boxes: new Map(Array.from(boxes.keys(), (id) => [id, pointOf(graph.node(id))])),
    arrows: edges.map((edge, index) => arrowOf(edge, graph.edge(...alongLayers(edge), String(index)))),
  };
}

const pointOf = ({ x = 0, y = 0 }: Partial<Point>): Point => ({ x, y });

/** The two ends of an arrow, the upper first: what sends the run back leads up. */
function alongLayers({ from, to, kind }: LiftedEdge): [string, string] {
  return kind === 'returns' ? [to, from] : [from, to];
}

function arrowOf(
  edge: LiftedEdge,
  { points = [], x, y, width = 0, height = 0 }: ReturnType<Graph['edge']>,
): LayeredArrow {
  const label = edge.labels.length === 0 || x === undefined || y === undefined ? undefined : { x, y, width, height };
  const inOrder = edge.kind === 'returns' ? points.toReversed() : points;
  return { edge, points: inOrder.map(pointOf), label };
}
