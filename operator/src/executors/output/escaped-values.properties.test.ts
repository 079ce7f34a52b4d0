import fc from 'fast-check';
import { lexer, type MarkedToken, type Token } from 'marked';
import { describe, expect, test } from 'vitest';
import { fillMarkdown } from '../../core/output/fill-template.ts';
import { plainLine } from '../../core/output/plain-text.ts';
import { decodeEntities } from './pdf/decode-entities.ts';

const marks = ['*', '_', '`', '```', '~~', '[', '](', ')', '<', '>', '<b>', '&lt;', '&', '|', '#', '# ', '- ', '+ '];
const more = ['1. ', '===', '---', '\n', '\n\n', '    ', '\t', '\\', '!', ':', '://', 'http', 'www.', '@', 'a', 'b.c'];
const hostile = fc.array(fc.constantFrom(...marks, ...more), { maxLength: 12 }).map((parts) => parts.join(''));
const texts = fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 20 }));

/** What a value is put into, and where: each is read the same with a word in the place of the value. */
const templates = [
  'before {{inputs.a}} after',
  '{{inputs.a}}{{inputs.b}} after',
  '# {{inputs.a}}',
  '- {{inputs.a}}\n- x',
  '> {{inputs.a}}',
  '| x | y |\n| --- | --- |\n| {{inputs.a}} | {{inputs.b}} |',
  '**x {{inputs.a}} x**',
  '{{inputs.a}}[text](https://example.org)',
  'http{{inputs.a}}',
  '```\n{{inputs.a}}\n```\n\n# end',
  'line\n{{inputs.a}}\nline',
];

function filled(template: string, a: string, b: string): string {
  const result = fillMarkdown(template, { a, b });
  if ('issues' in result) throw new Error(result.issues[0]?.message);
  return result.planned;
}

/** The tokens that mean something, in order, and what is inside them. */
function structureOf(tokens: readonly Token[]): string[] {
  return tokens.flatMap((token) => {
    const nested = structureOf(insidesOf(token as MarkedToken));
    return ['text', 'escape', 'br', 'space', 'paragraph'].includes(token.type) ? nested : [token.type, ...nested];
  });
}

function insidesOf(token: MarkedToken): readonly Token[] {
  if (token.type === 'list') return token.items;
  if (token.type === 'table') return [token.header, ...token.rows].flat().flatMap(({ tokens }) => tokens);
  return 'tokens' in token ? (token.tokens ?? []) : [];
}

function textOfTokens(tokens: readonly Token[]): string {
  return tokens.map((token) => textOfToken(token as MarkedToken)).join('');
}

function textOfToken(token: MarkedToken): string {
  const nested = insidesOf(token);
  if (nested.length > 0) return textOfTokens(nested);
  return token.type === 'escape' ? token.text : token.type === 'text' ? decodeEntities(token.text) : '';
}

describe('whatever an input holds', () => {
  test.each(templates)('the structure of a template stays what it is: %j', (template) => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const expected = structureOf(lexer(filled(template, 'word', 'word')));
        expect(structureOf(lexer(filled(template, a, b)))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('its text is what is read', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(textOfTokens(lexer(filled('x {{inputs.a}} x', text, '')))).toBe(
          plainLine(text) === '' ? 'x  x' : `x ${plainLine(text)} x`,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
