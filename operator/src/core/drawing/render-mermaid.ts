import type { Drawing, DrawnEdge, DrawnItem, DrawnNode, Shape } from './drawing.ts';
import { acts, inkColour, tones } from './tones.ts';
import { visibleText } from './visible-text.ts';

/** A drawing as a Mermaid flowchart. */
export function renderMermaid({ title, items, edges }: Drawing): string {
  const nodes = items.flatMap(nodesIn);
  return [
    '---',
    `title: "${titleText(title)}"`,
    '---',
    'flowchart TD',
    ...items.flatMap((item) => renderItem(item, '  ')),
    ...edges.map((edge) => `  ${renderEdge(edge)}`),
    ...renderClasses(nodes),
    '',
  ].join('\n');
}

const nodesIn = (item: DrawnItem): DrawnNode[] => (item.kind === 'node' ? [item] : item.items.flatMap(nodesIn));

const brackets: Readonly<Record<Shape, readonly [open: string, close: string]>> = {
  box: ['[', ']'],
  rounded: ['(', ')'],
  stadium: ['([', '])'],
  subroutine: ['[[', ']]'],
  cylinder: ['[(', ')]'],
  slanted: ['[/', '/]'],
  decision: ['{', '}'],
  gate: ['{{', '}}'],
  note: ['>', ']'],
};

function renderItem(item: DrawnItem, indent: string): string[] {
  const label = `"${item.lines.map(mermaidText).join('<br/>')}"`;
  if (item.kind === 'group')
    return [
      `${indent}subgraph ${item.id}[${label}]`,
      ...item.items.flatMap((inner) => renderItem(inner, `${indent}  `)),
      `${indent}end`,
    ];
  const [open, close] = brackets[item.shape];
  return [`${indent}${item.id}${open}${label}${close}`];
}

/** Thick arrows act, thin ones wait, dashed ones wait only for the end. */
function renderEdge({ from, to, kind, label }: DrawnEdge): string {
  if (kind === 'finally') return `${from} ~~~ ${to}`;
  const arrow = acts(kind) ? '==>' : kind === 'after' ? '-.->' : '-->';
  return label === undefined ? `${from} ${arrow} ${to}` : `${from} ${arrow}|"${mermaidText(label)}"| ${to}`;
}

function renderClasses(nodes: readonly DrawnNode[]): string[] {
  const byTone = Map.groupBy(nodes, ({ tone }) => tone);
  const children = nodes.filter(({ isChild }) => isChild);
  return [
    ...Array.from(byTone).flatMap(([tone, members]) => {
      const { fill, line } = tones[tone];
      return [
        `  classDef ${tone}Tone fill:${fill},stroke:${line},color:${inkColour}`,
        `  class ${members.map(({ id }) => id).join(',')} ${tone}Tone`,
      ];
    }),
    ...(children.length === 0
      ? []
      : ['  classDef childStep stroke-dasharray:5 3', `  class ${children.map(({ id }) => id).join(',')} childStep`]),
  ];
}

/** What a quoted label takes as it is; Mermaid reads everything else as its own, or as HTML or Markdown. */
const PLAIN = /^[A-Za-z0-9_ .,/+=()\u00a0-\u{10ffff}-]$/u;
const LONGEST = 200;

/** Text of unknown origin for a quoted label: characters that mean something become Mermaid's entities. */
function mermaidText(text: string): string {
  // Mermaid refuses a label without anything in it.
  if (text.trim() === '') return entity('\u00a0');
  const characters = Array.from(visibleText(text.slice(0, LONGEST)));
  // A list at the beginning of a label is refused, quoted or not.
  const isList = /^\s*(?:\d+[.)]|[-+])\s/.test(text);
  return characters
    .map((character, index) => (PLAIN.test(character) && !(isList && index === 0) ? character : entity(character)))
    .join('');
}

/** Text of unknown origin for the title, a quoted text of YAML: Mermaid looks for tags and directives in it too. */
function titleText(text: string): string {
  const characters = Array.from(visibleText(text.slice(0, LONGEST)));
  const escape = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return characters.map((character) => (PLAIN.test(character) ? character : escape(character))).join('');
}

const entity = (character: string) => `#${character.codePointAt(0) ?? 0};`;
