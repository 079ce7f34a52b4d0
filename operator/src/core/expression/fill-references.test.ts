import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../api/json.ts';
import type { Scope } from '../template/scope.ts';
import { compileExpression, evaluateExpression } from './expression.ts';
import { fillReferences } from './fill-references.ts';

const scopeOf = (step: JsonValue): Scope => ({
  lookUp: (root) => (root === 'step' ? step : undefined),
  stepNames: () => ['step'],
  isVariable: () => false,
});

/** What an expression whose references were filled in gives, with `found` as its variable. */
function evaluate(text: string, value: JsonValue, found: JsonValue) {
  const filled = fillReferences(text, scopeOf({ value }));
  if ('problem' in filled) return filled;
  const compiled = compileExpression(filled.value);
  if ('problem' in compiled) return compiled;
  return evaluateExpression(compiled.expression, { scope: scopeOf({}), variables: { found } });
}

describe('an expression whose references are filled in', () => {
  it('stays as it is without any', () => {
    expect(fillReferences('object.status.ready == true // {{step.value}}', scopeOf({}))).toEqual({
      value: 'object.status.ready == true // {{step.value}}',
    });
  });

  it('has the values of all, each in its place', () => {
    const filled = fillReferences(
      'a == {{step.a}} && b == {{ step.b.c }} || {{step.a}} > 1',
      scopeOf({ a: 7, b: { c: 'x"y' } }),
    );
    expect(filled).toEqual({ value: String.raw`a == 7 && b == "x\"y" || 7 > 1` });
  });

  it.each([
    ['{{step.other}} == 1', 'FieldNotFound'],
    ["'{{step.value}}' == found", 'InvalidExpression'],
    ['x{{step.value}} == found', 'InvalidExpression'],
    ['{{step.value', 'InvalidExpression'],
  ])('is none where a reference is wrong: %s', (text, code) => {
    expect(fillReferences(text, scopeOf({ value: 1 }))).toMatchObject({ problem: { code } });
  });

  it.each([-35868724644766630, 2 ** 53, 2 ** 63, 1e20, 1e21, 1e300, -0, 0.1, { a: [2 ** 70] }])(
    'is equal to %j',
    (value) => {
      expect(evaluate('found == {{step.value}}', value, value)).toEqual({ value: true });
    },
  );

  it('is none with more than CEL takes, and says by which values', () => {
    const filled = fillReferences('found == {{step.value}}', scopeOf({ value: 'x'.repeat(5_000) }));
    expect(filled).toMatchObject({
      problem: {
        code: 'ValueTooLarge',
        message: 'with the values of step.value the expression has 5011 characters, and may have 4096',
      },
    });
  });

  it('is equal to the value, whatever the value is: no data becomes code', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const code = fc.constantFrom(
      '" || true || "',
      "' == '",
      '\\" || true',
      '"""',
      '\u2028',
      '{{step.value}}',
      '{{{',
      '\\{{',
      '\\',
      '\n',
    );
    const scalar = fc.oneof(
      text,
      code,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
    );
    const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 4 }), fc.dictionary(text, scalar, { maxKeys: 4 }));
    fc.assert(
      fc.property(value, (json) => {
        const plain = JSON.parse(JSON.stringify(json)) as JsonValue;
        expect(evaluate('found == {{step.value}}', plain, plain)).toEqual({ value: true });
        expect(evaluate('found == {{step.value}}', plain, 'something else'.padEnd(50, '!'))).toEqual({ value: false });
      }),
    );
  });
});
