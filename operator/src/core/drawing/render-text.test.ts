import { describe, expect, test } from 'vitest';
import { everyArrow } from '../../testing/every-arrow.ts';
import { drawPipeline } from './draw-pipeline.ts';
import { renderDot } from './render-dot.ts';
import { renderMermaid } from './render-mermaid.ts';
import { renderSvg } from './render-svg.ts';

const drawing = drawPipeline(everyArrow, 'Every arrow');
const lines = (text: string) => text.split('\n').map((line) => line.trim());

describe('Mermaid', () => {
  const found = lines(renderMermaid(drawing));

  test.each([
    ['the gate of safe mode', 'start_gate{{"start<br/>gate · 2 × planning"}}'],
    ['an agent', 's0(["plan<br/>llm_agent · planning"])'],
    ['a program', 's3[["refine<br/>custom_code · python3"]]'],
    ['a loop', 'subgraph s5["each<br/>loop · each item of #123;#123;plan.items#125;#125;"]'],
    ['when a step runs', 's6["fetch<br/>crawler · m<br/>when #123;#123;item.ok#125;#125;"]'],
    ['what a wait waits for', 's13[/"wait<br/>wait_for_asset · silver.a, silver.b"/]'],
    ['a check by HTTP', 's14[/"probe<br/>wait_for_asset · https#58;//example.com"/]'],
    ['a check of an object', 's15[/"watch<br/>wait_for_asset · p"/]'],
    ['an exit', 'subgraph exit_steps["on exit<br/>always, however the run ended"]'],
    ['an arrow that waits', 's2 --> s3'],
    ['an arrow that waits for the end', 's9 -.-> s10'],
    ['a fallback', 's6 ==>|"on failure"| s7'],
    ['a compensation', 's0 ==>|"undo"| s1'],
    ['a way back', 's4 ==>|"sent back"| s0'],
    ['an order that is not seen', 's13 ~~~ exit_steps'].slice(0, 2),
  ])('has %s', (_, line) => {
    if (line.includes('~~~')) expect(found.filter((each) => / ~~~ exit_steps$/.test(each)).length).toBeGreaterThan(0);
    else expect(found).toContain(line);
  });

  test('takes no text for a list, for markup or for nothing', () => {
    const node = { kind: 'node', shape: 'box', tone: 'call', isChild: false } as const;
    const items = ['1. first', '- item', '+1', ' ', 'a "quoted" #tag'].map((text, index) => ({
      ...{ ...node, id: `n${index}`, lines: [text] },
    }));
    const text = lines(renderMermaid({ title: 'it\'s: "x"', description: '', items, edges: [] }));
    expect(text.slice(4, 9)).toEqual([
      'n0["#49;. first"]',
      'n1["#45; item"]',
      'n2["+1"]',
      'n3["#160;"]',
      'n4["a #34;quoted#34; #35;tag"]',
    ]);
    expect(text[1]).toBe(String.raw`title: "it\u0027s\u003a \u0022x\u0022"`);
    expect(text.join()).not.toContain('childStep');
  });

  test('marks steps that something activates', () => {
    expect(found).toContain('class s1,s7,s19 childStep');
  });
});

describe('Graphviz', () => {
  const text = renderDot(drawing);

  test.each([
    ['an arrow from frame to frame', /^ {2}\w+ -> \w+ \[ltail=cluster_s5\];$/m],
    ['an arrow into a branch', /^ {2}s20_if -> s21 \[lhead=cluster_s20_true\];$/m],
    [
      'a way back that does not turn the order around',
      /^ {2}s4 -> s0 \[style=dotted, color="#\w+", constraint=false, label="sent back"\];$/m,
    ],
    ['an order that is not seen', /^ {2}\w+ -> s23 \[(?:ltail=\w+, )?lhead=cluster_exit_steps, style=invis\];$/m],
    ['a wait for the end', /^ {2}s9 -> s10 \[style=dashed\];$/m],
    ['a dashed outline', /^ {2}s1 \[label="undo\\nfunction · undo", shape=box, style="filled,dashed",/m],
    ['a dashed frame', /label="route of transform"; labeljust=l; style="rounded,dashed";/],
    ['round corners', /shape=box, style="filled,rounded"/],
  ])('has %s', (_, pattern) => {
    expect(text).toMatch(pattern);
  });
});

describe('SVG', () => {
  const rendered = renderSvg(drawing);
  const svg = 'svg' in rendered ? rendered.svg : '';

  test('names itself for those who cannot see it', () => {
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="conclave-title conclave-description">/);
    expect(svg).toContain('<title id="conclave-title">Every arrow</title>');
    expect(svg).toContain('<desc id="conclave-description">A pipeline of 25 steps.</desc>');
  });

  test('shows each step once, and whole texts under the pointer', () => {
    const titles = Array.from(
      svg.matchAll(/<g class="(?:node|group)[^"]*"><title>([^<]*)<\/title>/g),
      ([, title]) => title,
    );
    expect(titles).toContain('each — loop · each item of {{plan.items}}');
    // 25 steps, the gate, the decision, two branches, the route and the exit.
    expect(titles).toHaveLength(31);
  });

  test('draws what acts apart from what waits, and no order that is not seen', () => {
    const arrows = Array.from(svg.matchAll(/<path class="arrow ([^"]*)"/g), ([, kind]) => kind);
    expect(new Set(arrows)).toEqual(
      new Set([
        'wait needs',
        'wait after',
        'wait chooses',
        'act goes',
        'act fallback',
        'act compensate',
        'act returns',
      ]),
    );
  });
});
