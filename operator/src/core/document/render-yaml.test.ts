import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocuments } from './parse-documents.ts';
import { renderYaml, renderYamlDocuments } from './render-yaml.ts';

/** Texts that some reader of YAML takes for something else, and names that JavaScript takes for something else. */
const trap = fc.constantFrom(
  ...['yes', 'no', 'on', 'off', 'y', 'N', '~', 'null', 'true', '', '<<', '=', '0777', '0o17', '0x1f', '0b1', '1_000'],
  ...[
    '1e3',
    '.5',
    '1.',
    '+1',
    '.inf',
    '12:30:45',
    '2026-01-01',
    '- a',
    '? a',
    'a: b',
    'a #b',
    '#',
    '---',
    '...',
    '{{a.b}}',
  ],
  ...[
    '%YAML',
    '@a',
    '`a`',
    '!x',
    '&a',
    '*a',
    '| a',
    "it's",
    '"',
    'a\nb',
    'a\n\n  b\n',
    '\n',
    ' a',
    'a ',
    '\ta',
    'a\r\nb',
  ],
  ...['\u0000', '\u0085', '\u2028', '\ufeff', '😀', '__proto__', 'constructor', 'toString'],
);
const text = fc.oneof(trap, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
const { value: anyJson } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

describe('renderYaml', () => {
  test('writes what is read as the same value, without a warning', () => {
    const document = fc.record({ value: anyJson });
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 3 }), (documents) => {
        const { documents: read, issues } = parseDocuments(renderYamlDocuments(documents));
        expect(issues.filter(({ code }) => code !== 'InexactNumber')).toEqual([]);
        expect(JSON.stringify(read.map(({ value }) => value))).toBe(JSON.stringify(documents));
      }),
      { numRuns: 500 },
    );
  });

  test('writes texts of several lines as blocks, and keeps long lines whole', () => {
    const long = 'word '.repeat(50).trim();
    expect(renderYaml({ content: 'a:\n  b\n', long })).toBe(`content: |\n  a:\n    b\nlong: ${long}\n`);
  });

  test('writes out what is shared', () => {
    const shared = { a: [1] };
    expect(renderYaml({ one: shared, two: shared })).toBe('one:\n  a:\n    - 1\ntwo:\n  a:\n    - 1\n');
  });
});
