import type { Drawing, DrawnItem, Shape } from './drawing.ts';
import type { Direction, Point } from './layer-graph.ts';
import type { RoutedArrow } from './route-arrows.ts';
import type { Issue } from '../issue.ts';
import { type LayoutPlan, planLayout } from './plan-layout.ts';
import { type Layout, layoutDrawing, type PlacedItem } from './layout-drawing.ts';
import { fontSizes, labelLines, lineHeights, linesOf } from './measure-drawing.ts';
import { rectangle, round, svgShape } from './svg-shapes.ts';
import { svgStyle } from './svg-style.ts';
import { acts } from './tones.ts';
import { xmlText } from './xml-text.ts';

/**
 * A drawing as one SVG file: without scripts and without anything from elsewhere, to be read on light and dark. An issue
 * when it is too large to be laid out.
 */
export function renderSvg(drawing: Drawing): { readonly svg: string } | { readonly issue: Issue } {
  const plan = planLayout(drawing);
  return plan === undefined ? { issue: tooLarge(drawing) } : { svg: renderLayout(drawing, plan) };
}

function tooLarge({ edges }: Drawing): Issue {
  return {
    code: 'TooLargeToDraw',
    path: [],
    message: `the pipeline is too large for a picture: ${edges.length} arrows run through too many layers`,
    hint: 'take -o dot, and let Graphviz lay it out',
  };
}

const leftOut = 'Arrows that others imply are left out.';

function renderLayout(drawing: Drawing, plan: LayoutPlan): string {
  const layout = layoutDrawing(drawing, plan);
  const description = plan.isReduced ? `${drawing.description} ${leftOut}` : drawing.description;
  const [width, height] = [Math.ceil(layout.width), Math.ceil(layout.height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="conclave-title conclave-description">`,
    `<title id="conclave-title">${xmlText(drawing.title)}</title>`,
    `<desc id="conclave-description">${xmlText(description)}</desc>`,
    svgStyle,
    arrowheads,
    ...renderParts(layout),
    '</svg>',
    '',
  ].join('\n');
}

const arrowheads = `<defs>${['wait', 'act']
  .map(
    (name) =>
      `<marker id="conclave-${name}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head ${name}" d="M0 0.5 L8 4 L0 7.5 Z"/></marker>`,
  )
  .join('')}</defs>`;

/** Frames below arrows, arrows below nodes, labels on top: what is small is never hidden. */
function renderParts({ items, arrows }: Layout): string[] {
  const seen = arrows.filter(({ edge }) => edge.kind !== 'finally');
  return [
    ...items.flatMap((placed) => (placed.item.kind === 'group' ? [renderFrame(placed)] : [])),
    ...seen.map(renderArrow),
    ...items.flatMap((placed) => (placed.item.kind === 'node' ? [renderNode(placed, placed.item.shape)] : [])),
    ...seen.flatMap(renderLabel),
  ];
}

function classesOf(item: DrawnItem): string {
  const shape = item.kind === 'node' ? ` ${item.shape}` : '';
  return `${item.kind} ${item.tone}${shape}${item.isChild ? ' child' : ''}`;
}

const titleOf = ({ lines }: DrawnItem) => `<title>${xmlText(lines.join(' — '))}</title>`;

function renderFrame(placed: PlacedItem): string {
  const { item, x, y } = placed;
  const text = renderLines(linesOf(item), { x: x + 16, y: y + 10 }, 'start');
  return `<g class="${classesOf(item)}">${titleOf(item)}${rectangle(placed, 10)}${text}</g>`;
}

function renderNode(placed: PlacedItem, shape: Shape): string {
  const { item, x, y, width, height } = placed;
  const lines = linesOf(item);
  const textHeight = lineHeights.name + (lines.length - 1) * lineHeights.detail;
  // The lid of a cylinder takes some of its height.
  const top = y + (height - textHeight) / 2 + (shape === 'cylinder' ? 5 : 0);
  const text = renderLines(lines, { x: x + width / 2, y: top }, 'middle');
  return `<g class="${classesOf(item)}">${titleOf(item)}${svgShape(shape, placed)}${text}</g>`;
}

/** Lines of text, the first as the name; `at` is the upper edge of the first. */
function renderLines(lines: readonly string[], at: Point, anchor: 'start' | 'middle'): string {
  return lines
    .map((line, index) => {
      const style = index === 0 ? 'name' : 'detail';
      const baseline = at.y + index * lineHeights.detail + (index === 0 ? 0 : 2) + fontSizes.name;
      return `<text class="${style}" x="${round(at.x)}" y="${round(baseline)}" text-anchor="${anchor}">${xmlText(line)}</text>`;
    })
    .join('');
}

/** Arrows that wait are drawn through, or with dashes where the end is enough; those that act are dotted. */
function renderArrow({ edge, points, direction }: RoutedArrow): string {
  const role = acts(edge.kind) ? 'act' : 'wait';
  return `<path class="arrow ${role} ${edge.kind}" d="${curve(points, direction)}" marker-end="url(#conclave-${role})"/>`;
}

/** Straight where the lane stays the same, else a curve that sets out and arrives along the direction of the layers. */
function curve(points: readonly Point[], direction: Direction): string {
  const parts = points.map((point, index) => {
    const before = points[index - 1];
    if (before === undefined) return `M${spot(point)}`;
    const isStraight = direction === 'TB' ? before.x === point.x : before.y === point.y;
    if (isStraight) return `L${spot(point)}`;
    const middle = { x: (before.x + point.x) / 2, y: (before.y + point.y) / 2 };
    const bends =
      direction === 'TB'
        ? [
            { x: before.x, y: middle.y },
            { x: point.x, y: middle.y },
          ]
        : [
            { x: middle.x, y: before.y },
            { x: middle.x, y: point.y },
          ];
    return `C${[...bends, point].map(spot).join(' ')}`;
  });
  return parts.join(' ');
}

const spot = ({ x, y }: Point) => `${round(x)} ${round(y)}`;

function renderLabel({ edge, label }: RoutedArrow): string[] {
  if (label === undefined) return [];
  const { x, y, width, height } = label;
  const lines = labelLines(edge.labels).map(
    (line, index) =>
      `<text x="${round(x)}" y="${round(y - height / 2 + 3 + (index + 0.8) * lineHeights.label)}" text-anchor="middle">${xmlText(line)}</text>`,
  );
  const area = { x: x - width / 2, y: y - height / 2, width, height };
  const title = `<title>${xmlText(edge.labels.join(' — '))}</title>`;
  return [`<g class="label">${title}${rectangle(area, 4)}${lines.join('')}</g>`];
}
