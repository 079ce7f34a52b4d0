import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../api/json.ts';
import { findReferences, findTemplateProblems, findTemplates } from './find-references.ts';

const placesOf = (value: JsonValue) =>
  findReferences(value).map(({ reference, path }) => [reference.text, path.join('/')]);

describe('findReferences', () => {
  it('finds the references of a text in order', () => {
    expect(placesOf('{{b.x}} and {{ a }}')).toEqual([
      ['b.x', ''],
      ['a', ''],
    ]);
  });

  it('finds references in lists and objects in order, and says where', () => {
    expect(placesOf({ z: ['{{b}}', { y: 'x{{c}}' }], a: '{{d}}{{e}}', n: 1, t: true, e: null })).toEqual([
      ['b', 'z/0'],
      ['c', 'z/1/y'],
      ['d', 'a'],
      ['e', 'a'],
    ]);
  });

  it('passes over keys, plain texts and malformed ones', () => {
    expect(placesOf({ '{{a}}': 'plain', b: '{{a} {{b}}', c: '{{ok}}' })).toEqual([['ok', 'c']]);
  });

  it('is not stopped by 100,000 levels', () => {
    let value: JsonValue = '{{a}}';
    for (let level = 0; level < 100_000; level += 1) value = [value];
    expect(findReferences(value)).toHaveLength(1);
  });
});

describe('findTemplateProblems', () => {
  it('tells each text that is malformed, and where', () => {
    expect(findTemplateProblems({ a: ['{{a..b}} {{', 'fine {{b}}'], c: '{{' })).toMatchObject([
      { path: ['a', 0], problem: { code: 'InvalidTemplate', offset: 4 } },
      { path: ['c'], problem: { code: 'InvalidTemplate', offset: 2 } },
    ]);
  });

  it('has nothing against other values', () => {
    for (const value of [null, 1, true, 'text', '}}', [], {}, { '{{': 1 }])
      expect(findTemplateProblems(value)).toEqual([]);
  });
});

describe('findTemplates', () => {
  it('says where texts have references, malformed ones too, and not in keys', () => {
    const found = findTemplates({ a: ['{{b}}', 'plain', { c: 'x {{' }], '{{d}}': '}}' });
    expect([...found]).toEqual([
      ['a', 0],
      ['a', 2, 'c'],
    ]);
  });
});
