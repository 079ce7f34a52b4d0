import { describe, expect, test } from 'vitest';
import type { Drawing, DrawnEdge } from './drawing.ts';
import { planLayout } from './plan-layout.ts';
import { renderSvg } from './render-svg.ts';

/** Nodes `s0`, `s1`, … and arrows between them. */
function aDrawing(count: number, targetsOf: (index: number) => readonly number[]): Drawing {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return {
    ...{ title: 'title', description: 'description.' },
    items: indexes.map((index) => ({
      ...{ kind: 'node', id: `s${index}`, lines: [`s${index}`], shape: 'box', tone: 'call', isChild: false },
    })),
    edges: indexes.flatMap((index) =>
      targetsOf(index).map((target): DrawnEdge => ({ from: `s${index}`, to: `s${target}`, kind: 'needs' })),
    ),
  };
}

const all = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
const edgesOf = (drawing: Drawing) =>
  (planLayout(drawing)?.edges.get(undefined) ?? []).map(({ from, to }) => `${from} ${to}`);

describe('planLayout', () => {
  test('draws every arrow of a pipeline of a usual size', () => {
    expect(planLayout(aDrawing(8, (index) => all(index + 1, 8)))).toMatchObject({ isReduced: false });
    expect(edgesOf(aDrawing(4, (index) => all(index + 1, 4)))).toHaveLength(6);
  });

  test('needs no arrow between a group and what stands in it', () => {
    const { items } = aDrawing(2, () => []);
    const group = { kind: 'group', id: 'g', lines: ['g'], tone: 'control', isChild: false, items } as const;
    const edges = [
      { from: 'g', to: 's0', kind: 'needs' },
      { from: 's0', to: 's1', kind: 'needs' },
    ] as const;
    const plan = planLayout({ title: '', description: '', items: [group], edges });
    expect([plan?.edges.get(undefined), plan?.edges.get('g')?.length]).toEqual([undefined, 1]);
  });

  test('lays a long chain out sideways, with arrows that bend from lane to lane', () => {
    const drawing = aDrawing(9, (index) => all(index + 1, Math.min(9, index + 3)));
    const rendered = renderSvg(drawing);
    const svg = 'svg' in rendered ? rendered.svg : '';
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    expect(Number(width)).toBeGreaterThan(Number(height));
    expect(svg).toMatch(/<path class="arrow wait needs" d="M[^"]*C/);
  });

  test('lays what is neither small nor large out downwards, as it is', () => {
    const drawing = aDrawing(20, (index) => all(index + 1, Math.min(20, index + 6)));
    expect(planLayout(drawing)).toMatchObject({ isReduced: false });
    const rendered = renderSvg(drawing);
    const svg = 'svg' in rendered ? rendered.svg : '';
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    expect(Number(height)).toBeGreaterThan(Number(width));
  });

  test('leaves out of a large one what other arrows imply, and says so', () => {
    const drawing = aDrawing(40, (index) => all(index + 1, 40));
    expect(planLayout(drawing)?.isReduced).toBe(true);
    expect(edgesOf(drawing)).toEqual(all(0, 39).map((index) => `s${index} s${index + 1}`));
    expect(renderSvg(drawing)).toMatchObject({
      svg: expect.stringContaining(
        '<desc id="conclave-description">description. Arrows that others imply are left out.',
      ) as string,
    });
  });

  test('leaves out nothing that says more than to wait', () => {
    const drawing = aDrawing(40, (index) => all(index + 1, 40));
    const edges = [...drawing.edges, { from: 's0', to: 's39', kind: 'check', label: 'x' } as const];
    expect(edgesOf({ ...drawing, edges })).toContain('s0 s39');
  });

  test('copes with circles', () => {
    const drawing = aDrawing(60, (index) => [...all(index + 1, 60), (index + 59) % 60]);
    expect(edgesOf(drawing).length).toBeGreaterThan(58);
    expect(renderSvg(drawing)).toHaveProperty('svg');
  });

  test.each([
    ['a chain of thousands', aDrawing(5000, (index) => (index < 4999 ? [index + 1] : []))],
    ['thousands side by side', aDrawing(5000, () => [])],
    ['a thousand, each bound to many', aDrawing(1000, (index) => all(index + 1, Math.min(1000, index + 60)))],
    ['a circle of thousands', aDrawing(5000, (index) => [(index + 1) % 5000])],
  ])('refuses %s soon', (_, drawing) => {
    const started = performance.now();
    expect(renderSvg(drawing)).toMatchObject({ issue: { code: 'TooLargeToDraw' } });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
