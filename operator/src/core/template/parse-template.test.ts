import { describe, expect, it } from 'vitest';
import { parseTemplate } from './parse-template.ts';

/** Parts in brief: texts as they are, references as a list of their segments. */
const partsOf = (text: string) => {
  const template = parseTemplate(text);
  if ('problem' in template) return template.problem;
  return template.parts.map((part) =>
    part.kind === 'text'
      ? part.text
      : [
          part.reference.root,
          ...part.reference.segments.map((segment) =>
            segment.kind === 'field' ? segment.name : segment.kind === 'item' ? segment.index : '*',
          ),
        ],
  );
};

describe('parseTemplate', () => {
  const cases: Record<string, { text: string; parts: unknown[] }> = {
    'takes a text without references as it is': { text: 'plain } }} { text', parts: ['plain } }} { text'] },
    'takes an empty text': { text: '', parts: [] },
    'finds a reference that fills the text': { text: '{{collect.profile}}', parts: [['collect', 'profile']] },
    'finds a reference to a whole step': { text: '{{collect}}', parts: [['collect']] },
    'finds references between text': {
      text: 'a{{b.c}}d{{e.f}}g',
      parts: ['a', ['b', 'c'], 'd', ['e', 'f'], 'g'],
    },
    'finds references side by side': {
      text: '{{a.b}}{{c.d}}',
      parts: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    },
    'reads items and all items of lists': {
      text: '{{a.posts[0].tags[*].name}}',
      parts: [['a', 'posts', 0, 'tags', '*', 'name']],
    },
    'reads items of items': { text: '{{a[0][12][*]}}', parts: [['a', 0, 12, '*']] },
    'allows space at both ends': { text: '{{ a.b }}{{\n\tc }}', parts: [['a', 'b'], ['c']] },
    'takes any character but delimiters and space for a name': {
      text: '{{a.ключ-1.$ref.@id.a/b."x"}}',
      parts: [['a', 'ключ-1', '$ref', '@id', 'a/b', '"x"']],
    },
    'takes names of prototypes for names': {
      text: '{{__proto__.constructor}}',
      parts: [['__proto__', 'constructor']],
    },
    'ends a reference at the first closing braces': { text: '{{a.b}}}}', parts: [['a', 'b'], '}}'] },
  };
  it.each(Object.entries(cases))('%s', (_, { text, parts }) => {
    expect(partsOf(text)).toEqual(parts);
  });

  const malformed: Record<string, { text: string; offset: number; message: string }> = {
    'an empty reference': { text: 'x{{}}', offset: 3, message: 'expected a name, found "}": "{{}}"' },
    'a blank reference': { text: '{{  }}', offset: 4, message: 'expected a name, found "}": "{{  }}"' },
    'a reference that is never closed': { text: '{{a.b', offset: 5, message: 'expected }}, found the end: "{{a.b"' },
    'a reference closed by one brace': { text: '{{a.b} c', offset: 5, message: 'expected }}, found "}": "{{a.b} c"' },
    'braces at the end': { text: 'a {{', offset: 4, message: 'expected a name, found the end: "{{"' },
    'three braces': { text: '{{{a}}}', offset: 2, message: 'expected a name, found "{": "{{{a}}}"' },
    'two dots': { text: '{{a..b}}', offset: 4, message: 'expected the name of a field, found ".": "{{a..b}}"' },
    'a dot at the end': { text: '{{a.}}', offset: 4, message: 'expected the name of a field, found "}": "{{a.}}"' },
    'a dot at the beginning': { text: '{{.a}}', offset: 2, message: 'expected a name, found ".": "{{.a}}"' },
    'an empty bracket': { text: '{{a[]}}', offset: 4, message: 'expected a whole number or *, found "]": "{{a[]}}"' },
    'a negative index': {
      text: '{{a[-1]}}',
      offset: 4,
      message: 'expected a whole number or *, found "-": "{{a[-1]}}"',
    },
    'an open bracket': { text: '{{a[0}}', offset: 5, message: 'expected ], found "}": "{{a[0}}"' },
    'an index beyond all lists': {
      text: '{{a[12345678901]}}',
      offset: 14,
      message: 'expected ], found "1": "{{a[12345678901]}}"',
    },
    'a name in a bracket': {
      text: "{{a['b']}}",
      offset: 4,
      message: 'expected a whole number or *, found "\'": "{{a[\'b\']}}"',
    },
    'a name right after a bracket': { text: '{{a[0]b}}', offset: 6, message: 'expected }}, found "b": "{{a[0]b}}"' },
    'space inside a path': { text: '{{a .b}}', offset: 4, message: 'expected }}, found ".": "{{a .b}}"' },
    'an expression': { text: '{{a.b + 1}}', offset: 6, message: 'expected }}, found "+": "{{a.b + 1}}"' },
    'another reference inside': {
      text: '{{a.{{b}}}}',
      offset: 4,
      message: 'expected the name of a field, found "{": "{{a.{{b}}}}"',
    },
  };
  it.each(Object.entries(malformed))('refuses %s', (_, { text, offset, message }) => {
    expect(partsOf(text)).toMatchObject({ code: 'InvalidTemplate', offset, message });
  });

  it('says where each reference stands, braces included', () => {
    const template = parseTemplate('ab{{ c.d }}e');
    expect(template).toMatchObject({ parts: [{}, { start: 2, end: 11, reference: { text: 'c.d' } }, {}] });
  });

  it('takes paths of 100 segments and no more', () => {
    const path = (segments: number) => `{{a${'.b'.repeat(segments)}}}`;
    expect(partsOf(path(100))).toHaveLength(1);
    expect(partsOf(path(101))).toMatchObject({
      code: 'InvalidTemplate',
      message: expect.stringMatching(/100 segments/),
    });
  });

  it('shows no more than the beginning of what is malformed', () => {
    expect(partsOf(`{{${'a'.repeat(100)}`)).toMatchObject({
      message: `expected }}, found the end: "{{${'a'.repeat(38)}"`,
    });
  });

  it('refuses references in a text of more than 1 MiB, and takes such a text without references', () => {
    const long = 'x'.repeat(1024 * 1024);
    expect(partsOf(`${long}{{a}}`)).toMatchObject({ code: 'ValueTooLarge' });
    expect(partsOf(`${long}xxxxx`)).toEqual([`${long}xxxxx`]);
    expect(partsOf(`${long.slice(5)}{{a}}`)).toHaveLength(2);
  });
});
