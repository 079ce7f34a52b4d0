import fc from 'fast-check';
import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { type Node, parseDocument } from 'yaml';
import { indexLines } from './line-index.ts';
import { parseDocuments } from './parse-documents.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const { value: anyJson } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      'yes',
      '0777',
      'a: b',
      '- x',
      '# x',
      'two\nlines\n',
      '  indented\n more',
      "it's",
      '"q"',
      '{{x.y}}',
      '---',
    ),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));
const anyObject = fc.dictionary(fc.constantFrom('spec', 'metadata', 'kind', 'steps', 'a b'), anyJson, {
  minKeys: 1,
  noNullPrototype: true,
});
const anyLayout = fc.record({
  indent: fc.integer({ min: 2, max: 6 }),
  flowLevel: fc.integer({ min: -1, max: 3 }),
  seqNoIndent: fc.boolean(),
  seqInlineFirst: fc.boolean(),
  lineWidth: fc.constantFrom(-1, 20, 80),
  quoteStyle: fc.constantFrom('single' as const, 'double' as const),
  forceQuotes: fc.boolean(),
  flowSkipColonSpace: fc.boolean(),
});
const asYaml = fc.tuple(anyObject, anyLayout).map(([value, layout]) => ({ value, text: dump(value, layout) }));
const asJson = fc
  .tuple(anyObject, fc.constantFrom(undefined, 2, '\t'))
  .map(([value, indent]) => ({ value, text: JSON.stringify(value, undefined, indent) }));

/** Every path of a value: `[]` first, then what is below. */
function pathsOf(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => pathsOf(item, [...path, index]))];
  if (value === null || typeof value !== 'object') return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

describe('parseDocuments', () => {
  test('reads whatever a writer of YAML or JSON writes', () => {
    fc.assert(
      fc.property(fc.oneof(asYaml, asJson), ({ value, text }) => {
        const { documents, issues } = parseDocuments(text);
        expect(issues.filter(({ severity }) => severity === undefined)).toEqual([]);
        expect(documents.map((document) => document.value)).toEqual([value]);
      }),
      { numRuns: 500 },
    );
  });

  test('finds every path where another parser finds it', () => {
    fc.assert(
      fc.property(fc.oneof(asYaml, asJson), ({ value, text }) => {
        const other = parseDocument(text, { version: '1.1', uniqueKeys: false });
        const positionAt = indexLines(text);
        const [document] = parseDocuments(text).documents;
        for (const path of pathsOf(value)) {
          const node = path.length === 0 ? other.contents : (other.getIn(path, true) as Node | undefined);
          const start = node?.range?.[0];
          if (start !== undefined) expect([path, document?.locate(path)]).toEqual([path, positionAt(start)]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('never throws, and every position is in the text, whatever is done to it', () => {
    const mutation = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.integer({ min: 0, max: 6 }),
      insert: fc.oneof(
        fc.constantFrom(
          '\t',
          '\n',
          '\r',
          ' ',
          ':',
          '- ',
          '? ',
          '&a ',
          '*a',
          '<<: *a\n',
          '!!x ',
          '%',
          '---\n',
          '...\n',
          '{',
          '}',
          '[',
          ']',
        ),
        fc.constantFrom('"', "'", '|', '>', '#', '\0', '\uFEFF', '\uD800', ',', '__proto__: 1\n'),
      ),
    });
    fc.assert(
      fc.property(
        fc.oneof(asYaml, asJson),
        fc.array(mutation, { minLength: 1, maxLength: 8 }),
        ({ text }, mutations) => {
          const mutated = mutations.reduce((current, { at, remove, insert }) => {
            const offset = Math.floor(at * current.length);
            return current.slice(0, offset) + insert + current.slice(offset + remove);
          }, text);
          const { documents, issues } = parseDocuments(mutated);
          const lines = mutated.split(/\r\n|\r|\n/);
          const positions = [
            ...issues.map(({ position }) => position),
            ...documents.flatMap((document) => pathsOf(document.value as Json).map((path) => document.locate(path))),
          ];
          for (const { line, column } of positions) {
            expect(line).toBeLessThanOrEqual(lines.length);
            expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 2);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
