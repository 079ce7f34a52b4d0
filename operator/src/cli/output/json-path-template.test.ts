import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateTemplate, JsonPathError, parseTemplate } from './json-path-template.ts';

const value = {
  items: [
    { name: 'a', labels: { x: '1' } },
    { name: 'b', labels: {} },
  ],
  count: 2,
};

describe('templates', () => {
  test.each([
    ['{.count}', '2'],
    ['.count', '2'],
    ['{.items[*].name}', 'a b'],
    ['{.items[0].labels}', '{"x":"1"}'],
    ['names: {.items[*].name}{"\\n"}', 'names: a b\n'],
    [String.raw`{range .items[*]}{.name}{"\t"}{.labels.x}{"\n"}{end}`, 'a\t1\nb\t\n'],
    [`{range .items[*]}{range .labels.*}{@}{end};{end}`, '1;;'],
    ["{'it''s'}", "it''s"],
    ['{"}"}', '}'],
    ['{.items[?(@.name=="}")].name}', ''],
    ['', ''],
  ])('%s', (template, text) => {
    expect(evaluateTemplate(parseTemplate(template), value)).toBe(
      text === '' && template === '' ? JSON.stringify(value) : text,
    );
  });

  test.each([
    ['{range .items[*]}{.name}', 'a {range} has no {end}'],
    ['{.name}{end}', '{end} stands without a {range}'],
    ['{.name', 'a brace is not closed'],
    ['{.a[}', 'a bracket is not closed'],
  ])('%s is none', (template, says) => {
    expect(() => parseTemplate(template)).toThrow(says);
  });

  test('any text is one, or the error says why not', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('{}[]()?@.*"\'\\:,ab01=<>! ')) }), (text) => {
        try {
          evaluateTemplate(parseTemplate(text), value);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonPathError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
