import type { Drawing, DrawnEdge, DrawnGroup, DrawnItem, DrawnNode, Shape } from './drawing.ts';
import { acts, actColour, inkColour, middleGrey, tones } from './tones.ts';
import { visibleText } from './visible-text.ts';

/** A drawing in Graphviz's language, for `dot`. */
export function renderDot({ title, items, edges }: Drawing): string {
  const ends = new Map(items.flatMap(endsOf));
  return [
    `digraph ${quoted(title)} {`,
    '  compound=true; ranksep=0.6; bgcolor="transparent";',
    `  node [fontname="Helvetica", fontsize=11, fontcolor="${inkColour}", margin="0.15,0.08"];`,
    `  edge [fontname="Helvetica", fontsize=9, fontcolor="${middleGrey}", color="${middleGrey}", arrowsize=0.7];`,
    ...items.flatMap((item) => renderItem(item, '  ')),
    ...edges.map((edge) => `  ${renderEdge(edge, ends)}`),
    '}',
    '',
  ].join('\n');
}

const shapes: Readonly<Record<Shape, string>> = {
  box: 'shape=box',
  rounded: 'shape=box',
  stadium: 'shape=oval',
  subroutine: 'shape=box, peripheries=2',
  cylinder: 'shape=cylinder',
  slanted: 'shape=parallelogram',
  decision: 'shape=diamond',
  gate: 'shape=octagon',
  note: 'shape=note',
};

function renderItem(item: DrawnItem, indent: string): string[] {
  return item.kind === 'group' ? renderGroup(item, indent) : [`${indent}${renderNode(item)}`];
}

function renderNode({ id, lines, shape, tone, isChild }: DrawnNode): string {
  const { fill, line } = tones[tone];
  const styles = ['filled', ...(shape === 'rounded' ? ['rounded'] : []), ...(isChild ? ['dashed'] : [])].join(',');
  return `${id} [label=${quoted(...lines)}, ${shapes[shape]}, style="${styles}", fillcolor="${fill}", color="${line}"];`;
}

function renderGroup({ id, lines, items, isChild }: DrawnGroup, indent: string): string[] {
  const inside = `${indent}  `;
  const style = isChild ? 'rounded,dashed' : 'rounded';
  return [
    `${indent}subgraph cluster_${id} {`,
    `${inside}label=${quoted(...lines)}; labeljust=l; style="${style}"; color="${middleGrey}";`,
    `${inside}fontname="Helvetica"; fontsize=11; fontcolor="${middleGrey}";`,
    ...items.flatMap((item) => renderItem(item, inside)),
    `${indent}}`,
  ];
}

/** The nodes that stand for an item where arrows come in and go out, for arrows lead from node to node. */
interface Ends {
  readonly first: string;
  readonly last: string;
  readonly cluster: string | undefined;
}

function endsOf(item: DrawnItem): [string, Ends][] {
  const nodes = nodesIn(item);
  const [first = item.id, last = first] = [nodes[0], nodes.at(-1)];
  if (item.kind === 'node') return [[item.id, { first, last, cluster: undefined }]];
  return [[item.id, { first, last, cluster: `cluster_${item.id}` }], ...item.items.flatMap(endsOf)];
}

const nodesIn = (item: DrawnItem): string[] => (item.kind === 'node' ? [item.id] : item.items.flatMap(nodesIn));

function renderEdge({ from, to, kind, label }: DrawnEdge, ends: ReadonlyMap<string, Ends>): string {
  const [start, end] = [ends.get(from), ends.get(to)];
  const attributes = [
    ...clusterOf('ltail', start),
    ...clusterOf('lhead', end),
    ...styleOf(kind),
    ...(label === undefined ? [] : [`label=${quoted(label)}`]),
  ];
  return `${start?.last ?? from} -> ${end?.first ?? to}${attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`};`;
}

const clusterOf = (end: 'ltail' | 'lhead', ends: Ends | undefined) =>
  ends?.cluster === undefined ? [] : [`${end}=${ends.cluster}`];

function styleOf(kind: DrawnEdge['kind']): string[] {
  if (kind === 'finally') return ['style=invis'];
  if (kind === 'after') return ['style=dashed'];
  if (kind === 'returns') return ['style=dotted', `color="${actColour}"`, 'constraint=false'];
  return acts(kind) ? ['style=dotted', `color="${actColour}"`] : [];
}

const LONGEST = 200;

/** Lines of text of unknown origin as one quoted string: backslashes and entities would mean something there. */
function quoted(...lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    visibleText(line.slice(0, LONGEST)).replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"'),
  );
  return `"${escaped.join('\\n')}"`;
}
