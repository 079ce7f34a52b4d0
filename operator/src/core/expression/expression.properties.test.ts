import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { aScope } from '../../testing/a-scope.ts';
import { bindReferences } from './bind-references.ts';
import { compileExpression, evaluateExpression } from './expression.ts';

const library = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });

/** Expressions whose types fit, over the names n, m (int), s (text), l (list of int), o (object). */
const { int, bool } = fc.letrec<Record<'int' | 'bool' | 'text' | 'list', string>>((tie) => {
  const [number, truth, text, list] = [tie('int'), tie('bool'), tie('text'), tie('list')];
  const form = (parts: readonly fc.Arbitrary<string>[], write: (...parts: string[]) => string) =>
    fc.tuple(...parts).map((written) => write(...written));
  return {
    int: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('n', 'm', 'i', 'o.x', 'o["y"]', '7', '0', '-3', 'size(s)', 'l[0]', 'l[9]', 'o.nope'),
      form([number, fc.constantFrom('+', '-', '*', '/', '%'), number], (a, op, b) => `(${a} ${op} ${b})`),
      form([truth, number, number], (c, a, b) => `(${c} ? ${a} : ${b})`),
      form([list], (a) => `size(${a})`),
      form([number], (a) => `(-${a})`),
    ),
    bool: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('true', 'false', 'has(o.x)', 'has(o.nope)', '"x" in o', 's == "text"', 'o.nope', 'nope'),
      form([number, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), number], (a, op, b) => `(${a} ${op} ${b})`),
      form([truth, fc.constantFrom('&&', '||'), truth], (a, op, b) => `(${a} ${op} ${b})`),
      form([truth], (a) => `!${a}`),
      form([list, fc.constantFrom('all', 'exists', 'exists_one'), truth], (a, macro, b) => `${a}.${macro}(i, ${b})`),
      form([number, list], (a, b) => `(${a} in ${b})`),
      form([list, list], (a, b) => `(${a} == ${b})`),
      form([text, text], (a, b) => `${a}.startsWith(${b})`),
    ),
    text: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('s', '"te"', '""', 'o.t'),
      form([text, text], (a, b) => `(${a} + ${b})`),
      form([number], (a) => `string(${a})`),
    ),
    list: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('l', 'none', '[1, 2, 3]', '[n, m]'),
      form([list, truth], (a, b) => `${a}.filter(i, ${b})`),
      form([list, number], (a, b) => `${a}.map(i, ${b})`),
      form([list, list], (a, b) => `(${a} + ${b})`),
    ),
  };
});
const data = fc.record({
  n: fc.integer({ min: -5, max: 5 }),
  m: fc.integer(),
  s: fc.constantFrom('text', '', 'te'),
  none: fc.constant<number[]>([]),
  l: fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 4 }),
  o: fc.record({ x: fc.integer(), y: fc.integer(), t: fc.constantFrom('text', 't') }),
});

const withIntegers = (value: JsonValue): unknown => {
  if (typeof value === 'number') return BigInt(value);
  if (Array.isArray(value)) return value.map(withIntegers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withIntegers(inner)]));
};
const withNumbers = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? value.map(withNumbers) : value;
};
const byLibrary = (expression: string, variables: JsonObject): unknown => {
  try {
    return { value: withNumbers(library.evaluate(expression, withIntegers(variables) as Record<string, unknown>)) };
  } catch {
    return 'failed';
  }
};
const byUs = (expression: string, variables: JsonObject): unknown => {
  const compiled = compileExpression(expression);
  if ('problem' in compiled) return 'failed';
  const evaluated = evaluateExpression(compiled.expression, { scope: aScope({}), variables });
  return 'problem' in evaluated ? 'failed' : evaluated;
};

describe('evaluateExpression', () => {
  it('agrees with the CEL library on truths', () => {
    fc.assert(
      fc.property(bool, data, (expression, variables) => {
        expect(byUs(expression, variables)).toEqual(byLibrary(expression, variables));
      }),
      { numRuns: 600 },
    );
  });

  it('agrees with the CEL library on integers', () => {
    fc.assert(
      fc.property(int, data, (expression, variables) => {
        const expected = byLibrary(expression, variables) as { value: number } | 'failed';
        fc.pre(expected === 'failed' || Number.isSafeInteger(expected.value));
        expect(byUs(expression, variables)).toEqual(expected === 'failed' ? expected : { value: expected.value + 0 });
      }),
      { numRuns: 600 },
    );
  });

  it('gives any JSON that a reference stands for as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const compiled = compileExpression('{{a.x}}');
        if ('problem' in compiled) throw new Error('must compile');
        const scope = aScope({ a: { x: value as JsonValue } });
        // As text: -0, which JSON can spell, is the int 0.
        expect(JSON.stringify(evaluateExpression(compiled.expression, { scope }))).toBe(JSON.stringify({ value }));
      }),
    );
  });

  it('finds any JSON equal to itself, and in a list of itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const compiled = compileExpression('{{a.x}} == {{b.x}} && {{a.x}} in [{{b.x}}] && !({{a.x}} != {{b.x}})');
        if ('problem' in compiled) throw new Error('must compile');
        const scope = aScope({ a: { x: value as JsonValue }, b: { x: structuredClone(value) as JsonValue } });
        expect(evaluateExpression(compiled.expression, { scope })).toEqual({ value: true });
      }),
    );
  });

  it('takes no data for code', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const compiled = compileExpression('{{a.x}} + {{a.y}}');
        if ('problem' in compiled) throw new Error('must compile');
        const scope = aScope({ a: { x: one, y: other } });
        expect(evaluateExpression(compiled.expression, { scope })).toEqual({ value: one + other });
      }),
    );
  });

  it('compares any two numbers as JavaScript does', () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(number, number, fc.constantFrom('<', '<=', '>', '>=', '=='), (left, right, operator) => {
        const compiled = compileExpression(`{{a.x}} ${operator} {{a.y}}`);
        if ('problem' in compiled) throw new Error('must compile');
        const expected = { '<': left < right, '<=': left <= right, '>': left > right, '>=': left >= right };
        expect(evaluateExpression(compiled.expression, { scope: aScope({ a: { x: left, y: right } }) })).toEqual({
          value: operator === '==' ? left === right : expected[operator],
        });
      }),
    );
  });
});

describe('compileExpression', () => {
  it('answers to any text, and shows where it is wrong', () => {
    const pieces = fc.constantFrom(
      '{{',
      '}}',
      'a',
      '.b',
      ' ',
      '"',
      "'",
      '(',
      ')',
      '[',
      ']',
      '+',
      '&&',
      '1',
      '\n',
      '//',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const compiled = compileExpression(text);
        if ('problem' in compiled) expect(compiled.problem.message).toMatch(/\n\n> +\d+ \| .*\n *\^$/);
        else expect(compiled.expression.text).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('bindReferences', () => {
  it('keeps every offset, and everything but references', () => {
    const piece = fc.oneof(
      fc.constantFrom(' + ', ' // x\n', '"it\'s"', "'''a\n'''", ' a ', ' _0_____ ', ' {1: 2} ', '\n'),
      fc.constantFrom('a', 'a.b', 'x.y[0].z', 'l[*].k').map((path) => ` {{${path}}} `),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const bound = bindReferences(text);
        if ('problem' in bound) throw new Error('must bind');
        let restored = bound.text;
        for (const [name, { reference, offset }] of bound.references) {
          expect(bound.text.indexOf(name)).toBe(offset);
          restored = restored.replace(name, `{{${reference.text}}}`);
        }
        expect(bound.text).toHaveLength(text.length);
        expect(restored).toBe(text);
      }),
    );
  });
});
