import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { everyArrow } from '../../testing/every-arrow.ts';
import { arbitraryPipeline } from '../../testing/arbitrary-pipeline.ts';
import { parseDocuments } from '../document/parse-documents.ts';
import { fromCanonical } from '../dsl/from-canonical.ts';
import { ownValue } from '../validation/schema-view.ts';
import { drawPipeline } from './draw-pipeline.ts';
import type { Drawing, DrawnItem } from './drawing.ts';
import type { Point } from './layer-graph.ts';
import { layoutDrawing, type Layout } from './layout-drawing.ts';
import { measureLabels } from './measure-drawing.ts';
import { planLayout } from './plan-layout.ts';
import { renderSvg } from './render-svg.ts';

const runs = { numRuns: 60 };
const drawings = arbitraryPipeline.map((sketch) => drawPipeline(pipelineSpec.parse(sketch), 'title'));

const example = readFileSync(new URL('../../testing/examples/investigation.yaml', import.meta.url), 'utf8');
const [made] = fromCanonical(parseDocuments(example).documents[0]?.value as object).manifests;
const investigation = drawPipeline(pipelineSpec.parse(ownValue(made?.value, 'spec')), 'Investigation');

function layoutOf(drawing: Drawing): Layout {
  const plan = planLayout(drawing);
  if (plan === undefined) throw new Error('too large');
  return layoutDrawing(drawing, plan);
}

interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

/** Half a pixel is nothing. */
const SLACK = 0.5;
const overlap = (one: Area, other: Area): boolean =>
  one.x + one.width - SLACK > other.x &&
  other.x + other.width - SLACK > one.x &&
  one.y + one.height - SLACK > other.y &&
  other.y + other.height - SLACK > one.y;
const contains = (outer: Area, inner: Area): boolean =>
  outer.x <= inner.x + SLACK &&
  outer.y <= inner.y + SLACK &&
  outer.x + outer.width >= inner.x + inner.width - SLACK &&
  outer.y + outer.height >= inner.y + inner.height - SLACK;

/** Every pair of an item and one of its neighbours. */
function* neighbours(items: readonly DrawnItem[]): Generator<[DrawnItem, DrawnItem]> {
  for (const [index, item] of items.entries()) {
    for (const other of items.slice(index + 1)) yield [item, other];
    if (item.kind === 'group') yield* neighbours(item.items);
  }
}

function* insides(items: readonly DrawnItem[]): Generator<[DrawnItem, DrawnItem]> {
  for (const item of items) {
    if (item.kind === 'node') continue;
    for (const inner of item.items) yield [item, inner];
    yield* insides(item.items);
  }
}

/** Whether an item is a group around another, at any depth. */
function isAround(id: string, inner: string, groups: ReadonlyMap<string, string>): boolean {
  for (let group = groups.get(inner); group !== undefined; group = groups.get(group)) if (group === id) return true;
  return false;
}

/** Points along an arrow, near enough to each other that no box fits between them. */
function* alongArrow({ points, direction }: Layout['arrows'][number]): Generator<Point> {
  for (const [index, end] of points.entries()) {
    const start = points[index - 1];
    if (start === undefined) continue;
    for (let step = 0; step <= 20; step++) {
      const t = step / 20;
      const smooth = 3 * t * t - 2 * t * t * t;
      // The curve of the picture: its handles lie half way along the direction of the layers.
      const even = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t * t * t;
      const [along, across] = [even, smooth];
      yield direction === 'TB'
        ? { x: start.x + (end.x - start.x) * across, y: start.y + (end.y - start.y) * along }
        : { x: start.x + (end.x - start.x) * along, y: start.y + (end.y - start.y) * across };
    }
  }
}

function checkLayout(drawing: Drawing): void {
  const layout = layoutOf(drawing);
  const places = new Map(layout.items.map((placed) => [placed.item.id, placed]));
  const placeOf = ({ id }: DrawnItem) => places.get(id)!;
  const picture = { x: 0, y: 0, width: layout.width, height: layout.height };
  for (const placed of layout.items) expect(contains(picture, placed), placed.item.id).toBe(true);
  const points = layout.arrows.flatMap((arrow) => arrow.points);
  expect(points.filter((point) => !contains(picture, { ...point, width: 0, height: 0 }))).toEqual([]);
  for (const [one, other] of neighbours(drawing.items))
    expect(overlap(placeOf(one), placeOf(other)), `${one.id} and ${other.id}`).toBe(false);
  for (const [group, inner] of insides(drawing.items))
    expect(contains(placeOf(group), placeOf(inner)), `${inner.id} in ${group.id}`).toBe(true);
  const groups = new Map(Array.from(insides(drawing.items), ([group, inner]) => [inner.id, group.id]));
  checkArrows(layout, (item, inner) => isAround(item.id, inner, groups));
}

/** Around labels and arrows there may be the group that they are drawn in, and nothing else. */
function checkArrows({ arrows, items }: Layout, around: (item: DrawnItem, inner: string) => boolean): void {
  expect(arrows.filter(({ edge, label }) => edge.labels.length > 0 !== (label !== undefined))).toEqual([]);
  const labels = arrows.flatMap(({ label, edge }) =>
    label === undefined ? [] : [{ ...label, edge, x: label.x - label.width / 2, y: label.y - label.height / 2 }],
  );
  for (const [index, label] of labels.entries()) {
    expect(label).toMatchObject(measureLabels(label.edge.labels));
    expect(labels.slice(index + 1).filter((other) => overlap(label, other))).toEqual([]);
    const hidden = items.filter((placed) => overlap(label, placed) && !around(placed.item, label.edge.from));
    expect(hidden.map(({ item }) => item.id)).toEqual([]);
  }
  for (const arrow of arrows) {
    const { from, to } = arrow.edge;
    const path = [...alongArrow(arrow)].map((point) => ({ ...point, width: 1, height: 1 }));
    const crossed = items.filter(({ item, ...area }) => {
      const isOwn = item.id === from || item.id === to || around(item, from) || around(item, to);
      return !isOwn && path.some((point) => overlap(point, area));
    });
    expect(crossed.map(({ item }) => `${from} -> ${to} crosses ${item.id}`)).toEqual([]);
  }
}

describe('the layout of any pipeline', () => {
  test('keeps boxes, labels and arrows apart, and what stands in a group within its frame', () => {
    fc.assert(fc.property(drawings, checkLayout), runs);
  });

  test('is the same each time', () => {
    fc.assert(
      fc.property(drawings, (drawing) => {
        expect(renderSvg(drawing)).toEqual(renderSvg(drawing));
      }),
      { numRuns: 15 },
    );
  });
});

test('a pipeline with every kind of arrow is laid out with nothing over anything else', () => {
  checkLayout(drawPipeline(everyArrow, 'title'));
});

test('a long chain runs down the page, a wide fan across it', () => {
  const call = { type: 'crawler', method: 'm' };
  const steps = Array.from({ length: 30 }, (_, index) => ({ name: `s${index}`, ...call }));
  const chain = steps.map((step, index) => ({ ...step, dependsOn: index === 0 ? [] : [`s${index - 1}`] }));
  const layouts = [chain, steps].map((each) => layoutOf(drawPipeline(pipelineSpec.parse({ steps: each }), 'title')));
  expect(layouts.map(({ width, height }) => width < height)).toEqual([true, true]);
});

test('the investigation example is laid out with nothing over anything else', () => {
  checkLayout(investigation);
});
