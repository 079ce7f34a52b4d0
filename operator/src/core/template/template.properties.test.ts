import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../api/json.ts';
import { aScope } from '../../testing/a-scope.ts';
import { findReferences } from './find-references.ts';
import { parseTemplate } from './parse-template.ts';
import { resolveTemplates } from './resolve-template.ts';

const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => /^[^.[\]{}\s]+$/.test(text));
const hostileName = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'valueOf');
const path = fc
  .tuple(
    name,
    fc.array(
      fc.oneof(
        name.map((each) => `.${each}`),
        fc.nat(99).map((index) => `[${index}]`),
        fc.constant('[*]'),
      ),
    ),
  )
  .map(([root, segments]) => root + segments.join(''));
const plainText = fc.string().filter((text) => !text.includes('{'));
const json = fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<JsonValue>;
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom('{{', '}}', '{', '}', 'a', '.', '[0]', '[*]', '[', ' ', '{{a.b}}'),
      fc.string({ maxLength: 2 }),
    ),
  )
  .map((parts) => parts.join(''));
const resolve = (value: JsonValue, outputs: JsonValue) => resolveTemplates(value, aScope({ a: { x: outputs } }));

describe('parseTemplate', () => {
  it('finds exactly the references and texts that a template was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(plainText, path, fc.constantFrom('', ' ', '\n '))), plainText, (pieces, last) => {
        const text = pieces.map(([before, inside, space]) => `${before}{{${space}${inside}${space}}}`).join('') + last;
        const template = parseTemplate(text);
        if ('problem' in template) throw new Error(template.problem.message);
        const found = template.parts.map((part) => (part.kind === 'text' ? part.text : [part.reference.text]));
        const expected = [...pieces.flatMap(([before, inside]) => [before, [inside]]), last];
        expect(found).toEqual(expected.filter((each) => each !== ''));
      }),
    );
  });

  it('answers to any text: its parts make up the whole, or the problem is where it stops being right', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const template = parseTemplate(text);
        if ('problem' in template) {
          expect(template.problem.offset).toBeLessThanOrEqual(text.length);
          expect(text.lastIndexOf('{{', template.problem.offset)).toBeGreaterThanOrEqual(0);
          return;
        }
        const written = template.parts.map((part) =>
          part.kind === 'text' ? part.text : text.slice(part.start, part.end),
        );
        expect(written.join('')).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  const million = 1024 * 1024;
  const hostile: Record<string, string> = {
    'opening braces only': '{'.repeat(million),
    'openings with names': '{{a'.repeat(million / 4),
    references: '{{a.b}}'.repeat(million / 8),
    'a name without end': `{{${'a'.repeat(million - 2)}`,
    'a path without end': `{{a${'.b'.repeat(million / 2 - 4)}`,
    'brackets without end': `{{a${'['.repeat(million - 3)}`,
    'space without end': `{{${' '.repeat(million - 2)}`,
    'space after a name without end': `{{a${' '.repeat(million - 3)}`,
    'closing braces only': '}'.repeat(million),
    'single braces': '{ '.repeat(million / 2),
  };
  it.each(Object.entries(hostile))('takes time in proportion to a megabyte of %s', (_, text) => {
    const start = process.cpuUsage();
    parseTemplate(text);
    // A second pass for each opening brace would take hours.
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(10_000);
  });
});

describe('resolveTemplates', () => {
  it('leaves a value without references what it is, the same object', () => {
    const plain = json.filter((value) => !JSON.stringify(value).includes('{{'));
    fc.assert(
      fc.property(plain, (value) => {
        const resolved = resolve(value, null);
        expect('value' in resolved && Object.is(resolved.value, value)).toBe(true);
      }),
    );
  });

  it('keeps the type of whatever a whole text refers to, the same object', () => {
    fc.assert(
      fc.property(json, (value) => {
        const resolved = resolve(['{{a.x}}'], value);
        expect('value' in resolved && Object.is((resolved.value as JsonValue[])[0], value)).toBe(true);
      }),
    );
  });

  it('renders texts as they are and the rest as JSON, and reads none of it again', () => {
    fc.assert(
      fc.property(plainText, fc.oneof(json, hostileText), plainText, (before, value, after) => {
        fc.pre(before + after !== '');
        const rendered = typeof value === 'string' ? value : JSON.stringify(value);
        expect(resolve(`${before}{{a.x}}${after}`, value)).toEqual({ value: before + rendered + after });
      }),
    );
  });

  it('finds own fields and nothing else, whatever their names', () => {
    const object = fc.dictionary(fc.oneof(name, hostileName), fc.integer(), { noNullPrototype: false });
    fc.assert(
      fc.property(object, fc.oneof(name, hostileName), (outputs, field) => {
        const resolved = resolve(`{{a.x.${field}}}`, outputs);
        if (Object.hasOwn(outputs, field)) expect(resolved).toEqual({ value: outputs[field] });
        else expect(resolved).toMatchObject({ problem: { code: 'FieldNotFound' } });
      }),
    );
  });

  it('keeps every key of an object, also those that prototypes have', () => {
    const object = fc.dictionary(fc.oneof(name, hostileName), fc.constantFrom('{{a.x}}', 'plain'), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(object, (template) => {
        const resolved = resolve(template, 7);
        if ('problem' in resolved) throw new Error(resolved.problem.message);
        const expected = Object.entries(template).map(([key, text]) => [key, text === 'plain' ? text : 7]);
        expect(Object.entries(resolved.value as object)).toEqual(expected);
      }),
    );
  });

  it('goes through lists as a plain reading of the rule does', () => {
    const rows = fc.array(fc.record({ tags: fc.array(fc.record({ k: fc.integer() })) }));
    fc.assert(
      fc.property(rows, (list) => {
        const outputs = list as JsonValue;
        expect(resolve('{{a.x[*].tags}}', outputs)).toEqual({ value: list.map(({ tags }) => tags) });
        expect(resolve('{{a.x[*].tags[*].k}}', outputs)).toEqual({
          value: list.flatMap(({ tags }) => tags.map(({ k }) => k)),
        });
      }),
    );
  });

  it('meets every reference that is found, and no other', () => {
    const template = fc.jsonValue({ stringUnit: fc.oneof(fc.constant('{{a.x}}'), fc.constantFrom('{', 'b')) });
    fc.assert(
      fc.property(template as fc.Arbitrary<JsonValue>, (value) => {
        let looked = 0;
        const counting = { ...aScope({}), lookUp: () => ((looked += 1), { x: 1 }) };
        const resolved = resolveTemplates(value, counting);
        if ('value' in resolved) expect(looked).toBe(findReferences(value).length);
      }),
    );
  });
});
