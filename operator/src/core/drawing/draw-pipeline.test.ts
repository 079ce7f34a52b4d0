import { describe, expect, test } from 'vitest';
import { pipelineSpec } from '../../api/pipeline.ts';
import { drawPipeline } from './draw-pipeline.ts';
import type { Drawing, DrawnItem } from './drawing.ts';

const call = { type: 'crawler', method: 'm' } as const;
const draw = (steps: readonly object[], more: object = {}): Drawing =>
  drawPipeline(pipelineSpec.parse({ steps, ...more }), 'A title');

/** Items as an outline: names, and in brackets what stands in them. */
function outline(items: readonly DrawnItem[]): string {
  return items
    .map((item) => (item.kind === 'node' ? item.lines[0] : `${String(item.lines[0])}(${outline(item.items)})`))
    .join(' ');
}

/** Arrows by the first lines of their ends: `a -needs-> b`, with the label behind. */
function arrows({ items, edges }: Drawing): string[] {
  const names = new Map<string, string>();
  const add = (item: DrawnItem): void => {
    names.set(item.id, item.lines[0] ?? '');
    if (item.kind === 'group') item.items.forEach(add);
  };
  items.forEach(add);
  return edges.map(({ from, to, kind, label }) =>
    [`${names.get(from) ?? from} -${kind}-> ${names.get(to) ?? to}`, ...(label === undefined ? [] : [label])].join(
      ': ',
    ),
  );
}

describe('drawPipeline', () => {
  test('tells of a step its type, what it works with, and when it runs', () => {
    const steps = [
      { name: 'a', ...call },
      { name: 'b', type: 'llm_agent', role: 'qa', when: '{{a.x}} > 1' },
      { name: 'c', type: 'approval', approvals: [{ role: 'po' }, { role: 'qa', count: 2 }] },
      { name: 'd', type: 'wait_for_asset', assets: ['x', 'y'] },
      {
        name: 'e',
        type: 'validation',
        checks: { completeness: { threshold: 1 } },
        onFailure: { gate: 'g', returnTo: 'a' },
      },
      { name: 'f', type: 'llm_flow', prompt: 'p' },
    ];
    expect(draw(steps).items.map(({ lines }) => lines)).toEqual([
      ['a', 'crawler · m'],
      ['b', 'llm_agent · qa', 'when {{a.x}} > 1'],
      ['c', 'approval · 1 × po, 2 × qa'],
      ['d', 'wait_for_asset · x, y'],
      ['e', 'validation · completeness', 'gate g'],
      ['f', 'llm_flow'],
    ]);
  });

  test('says how many steps there are, unless the pipeline describes itself', () => {
    const { description } = draw([{ name: 'a', ...call }]);
    expect([description, draw([{ name: 'a', ...call }], { description: 'Mine' }).description]).toEqual([
      'A pipeline of 1 step.',
      'Mine',
    ]);
  });

  test('tells of an agent its role, else its type, else nothing', () => {
    const agents = [{ role: 'qa', agentType: 'planner' }, { agentType: 'planner' }, { goal: 'g' }];
    const steps = agents.map((agent, index) => ({ name: `a${index}`, type: 'llm_agent', ...agent }));
    expect(draw(steps).items.map(({ lines }) => lines[1])).toEqual([
      'llm_agent · qa',
      'llm_agent · planner',
      'llm_agent',
    ]);
  });

  test('draws what stands in a step inside of it, and what a route brings beside it', () => {
    const inner = [{ name: 'inner', ...call }];
    const steps = [
      {
        name: 'loop',
        type: 'loop',
        iterateOver: [],
        loopVariable: 'x',
        steps: [{ name: 'group', type: 'parallel_group', steps: inner }],
      },
      {
        ...{ name: 'choice', type: 'conditional', condition: { expression: '1 > 2' } },
        branches: { ifTrue: { steps: [{ name: 'yes', ...call }] }, ifFalse: { steps: [{ name: 'no', ...call }] } },
        onSuccess: { routes: [{ match: { expression: 'true' }, steps: [{ name: 'routed', ...call }] }] },
      },
    ];
    expect(outline(draw(steps).items)).toBe(
      'loop(group(inner)) choice(1 > 2 if true(yes) if false(no)) route of choice(routed)',
    );
    expect(arrows(draw(steps))).toEqual([
      '1 > 2 -chooses-> if true',
      '1 > 2 -chooses-> if false',
      'choice -goes-> route of choice: true',
    ]);
  });

  test('tells what a step waits for, and whether it needs success', () => {
    const steps = [
      { name: 'a', ...call },
      { name: 'b', ...call },
      { name: 'c', ...call, dependsOn: ['a'], inputs: { x: { or: ['{{a.x}}', '{{b.x}}'] } } },
      { name: 'd', ...call, inputs: { x: { from: '{{c.x}}' } } },
    ];
    expect(arrows(draw(steps))).toEqual(['a -needs-> c', 'b -after-> c', 'c -needs-> d']);
  });

  test('tells who activates a step, and why', () => {
    const steps = [
      {
        ...{ name: 'a', ...call, onError: { fallbackStep: 'b' }, compensate: 'c' },
        check: [
          { notExists: 'x.y', run: 'd' },
          { boolean: 'size(z) > 0', run: 'd' },
        ],
        onSuccess: { routes: [{ match: { expression: '{{a.n}} > 1' }, run: 'e' }] },
      },
      ...['b', 'c', 'd', 'e'].map((name) => ({ name, ...call, isChild: true })),
    ];
    const drawing = draw(steps);
    expect(arrows(drawing)).toEqual([
      'a -fallback-> b: on failure',
      'a -compensate-> c: undo',
      'a -check-> d: no x.y or size(z) > 0',
      'a -check-> d: no x.y or size(z) > 0',
      'a -goes-> e: {{a.n}} > 1',
    ]);
    expect(drawing.items.map(({ isChild }) => isChild)).toEqual([false, true, true, true, true]);
  });

  test('shows gates: the first of safe mode, and where the run is sent back', () => {
    const steps = [
      { name: 'a', ...call },
      { name: 'b', type: 'approval', approvals: [{ role: 'po' }], returnTo: 'a', dependsOn: ['a'] },
      { name: 'c', ...call, isChild: true },
    ];
    const drawing = draw(steps, { execution: { mode: 'safe', startApprovals: [{ role: 'po', count: 2 }] } });
    expect(drawing.items[0]).toMatchObject({ lines: ['start', 'gate · 2 × po'], shape: 'gate' });
    expect(arrows(drawing)).toEqual(['start -needs-> a', 'a -needs-> b', 'b -returns-> a: sent back']);
  });

  test('puts exit steps last', () => {
    const steps = [
      { name: 'a', ...call },
      { name: 'b', ...call, dependsOn: ['a'] },
    ];
    const drawing = draw(steps, { onExit: [{ name: 'z', ...call }] });
    expect(outline(drawing.items)).toBe('a b on exit(z)');
    expect(arrows(drawing)).toEqual(['a -needs-> b', 'b -finally-> on exit']);
  });

  test('leads to exit steps from all steps where each is followed by another', () => {
    const steps = [
      { name: 'a', ...call, dependsOn: ['b'] },
      { name: 'b', ...call, dependsOn: ['a'] },
    ];
    const drawing = draw(steps, { onExit: [{ name: 'z', ...call }] });
    expect(arrows(drawing).filter((arrow) => arrow.includes('finally'))).toEqual([
      'a -finally-> on exit',
      'b -finally-> on exit',
    ]);
  });

  test('draws what cannot run: circles, names that are none, names used twice, a step that waits for its own part', () => {
    const steps = [
      { name: 'a', ...call, dependsOn: ['b', 'nobody'] },
      { name: 'b', ...call, dependsOn: ['a', 'b'] },
      { name: 'b', ...call, compensate: 'nobody' },
      {
        name: 'g',
        type: 'parallel_group',
        dependsOn: ['inner'],
        steps: [{ name: 'inner', ...call, dependsOn: ['g'] }],
      },
    ];
    const drawing = draw(steps, { onExit: [{ name: 'z', ...call }] });
    expect(outline(drawing.items)).toBe('a b b g(inner) on exit(z)');
    expect(arrows(drawing).filter((arrow) => !arrow.includes('finally'))).toEqual(['b -needs-> a', 'a -needs-> b']);
    expect(new Set(drawing.items.map(({ id }) => id)).size).toBe(5);
  });

  test('names its identifiers by positions, never by what users write', () => {
    const { items, edges } = draw([
      { name: 'end', ...call },
      { name: 'graph', ...call, dependsOn: ['end'] },
    ]);
    expect(items.map(({ id }) => id)).toEqual(['s0', 's1']);
    expect(edges).toEqual([{ from: 's0', to: 's1', kind: 'needs' }]);
  });
});
