import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileDrawing, hostileText } from '../../testing/arbitrary-drawing.ts';
import { renderDot } from './render-dot.ts';
import { renderMermaid } from './render-mermaid.ts';
import { renderSvg } from './render-svg.ts';
import { xmlText } from './xml-text.ts';

const runs = { numRuns: 200 };
const WORD = String.raw`s\d(?:_\w+)?`;
const check = (property: (drawing: Parameters<typeof renderDot>[0]) => void) =>
  fc.assert(fc.property(hostileDrawing, property), runs);

function svgOf(drawing: Parameters<typeof renderSvg>[0]): string {
  const rendered = renderSvg(drawing);
  return 'svg' in rendered ? rendered.svg : '';
}

describe('whatever users write', () => {
  test('stays text in an SVG: its elements are ours, balanced, without scripts, links and handlers', () => {
    check((drawing) => {
      const svg = svgOf(drawing);
      const elements = svg.matchAll(/<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<>&]*")*)(\/?)>/g);
      const open: string[] = [];
      for (const [, closing, name = '', attributes = '', isEmpty] of elements) {
        expect(['svg', 'title', 'desc', 'style', 'defs', 'marker', 'g', 'path', 'rect', 'polygon', 'text']).toContain(
          name,
        );
        expect(attributes).not.toMatch(/ on|href|src=|style=/);
        if (closing === '/') expect(open.pop()).toBe(name);
        else if (isEmpty !== '/') open.push(name);
      }
      expect(open).toEqual([]);
      const text = svg.replaceAll(/<\/?[a-z]+(?: [a-zA-Z:-]+="[^"<>&]*")*\/?>|<style>[^<]*<\/style>/g, '');
      expect(text).toMatch(/^(?:[^<&]|&(?:amp|lt|gt|quot|#39);)*$/);
      // XML has no way to write these at all.
      expect(svg).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ufffe\uffff\u202a-\u202e]/);
      expect(svg.isWellFormed()).toBe(true);
    });
  });

  test('stays a label in Mermaid: every line is one that we write, and labels hold nothing that means something', () => {
    const label = String.raw`"(?:[A-Za-z0-9_ .,/+=()\u00a0-\u{10ffff}-]|#\d+;|<br/>)+"`;
    const lines = [
      '---',
      'flowchart TD',
      String.raw` +${WORD}(?:\[|\(|\(\[|\[\[|\[\(|\[/|\{|\{\{|>)${label}(?:\]|\)|\]\)|\]\]|\)\]|/\]|\}|\}\})`,
      String.raw` +subgraph ${WORD}\[${label}\]`,
      ' +end',
      String.raw`  ${WORD} (?:-->|==>|-\.->)(?:\|${label}\|)? ${WORD}`,
      String.raw`  ${WORD} ~~~ ${WORD}`,
      String.raw`  classDef \w+ [a-z-]+:[#\w ]+(?:,[a-z-]+:[#\w]+)*`,
      String.raw`  class ${WORD}(?:,${WORD})* \w+`,
    ];
    const allowed = new RegExp(`^(?:${lines.join('|')})?$`, 'u');
    check((drawing) => {
      const [start, title = '', ...rest] = renderMermaid(drawing).split('\n');
      expect(start).toBe('---');
      expect(title).toMatch(/^title: "(?:[A-Za-z0-9_ .,/+=()\u00a0-\u{10ffff}-]|\\u[0-9a-f]{4})*"$/u);
      for (const line of rest) expect(line).toMatch(allowed);
    });
  });

  test('stays a quoted string for Graphviz', () => {
    check((drawing) => {
      const dot = renderDot(drawing);
      // A backslash stands only before itself, a quote or the n that ends a line; entities are ours.
      const strings = /"(?:[^"\\&\n]|\\\\|\\"|\\n|&amp;)*"/g;
      expect(dot.replaceAll(strings, '')).toMatch(/^[\w\s{}[\]=;,.>-]*$/);
    });
  });
});

test('xmlText keeps what can be kept', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const decoded = xmlText(text)
        .replaceAll(/&(lt|gt|quot|#39);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"' })[name] ?? "'")
        .replaceAll('&amp;', '&');
      expect(decoded.length).toBe(text.length);
      for (const [index, character] of Array.from(decoded).entries())
        if (character !== '\ufffd') expect(character).toBe(Array.from(text)[index]);
    }),
    runs,
  );
});
