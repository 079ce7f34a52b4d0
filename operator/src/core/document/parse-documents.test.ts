import { describe, expect, test } from 'vitest';
import { sourceLimits } from './limits.ts';
import { parseDocuments } from './parse-documents.ts';

const values = (text: string) => parseDocuments(text).documents.map(({ value }) => value);
const issues = (text: string) =>
  parseDocuments(text).issues.map(({ code, position: { line, column } }) => `${line}:${column} ${code}`);

describe('parseDocuments reads', () => {
  test.each<[string, string, unknown[]]>([
    ['several YAML documents', 'a: 1\n---\nb: 2\n---\n# nothing\n---\nc: 3', [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ['documents ended by dots', 'a: 1\n...\nb: 2', [{ a: 1 }, { b: 2 }]],
    ['JSON', '{"a": [1, true, null, "x\\u00e9\\ud83d\\ude00"]}', [{ a: [1, true, null, 'xé😀'] }]],
    ['JSON that is indented with tabs', '{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n', [{ a: { b: 1 } }]],
    ['JSON objects in a row', '{"a":1}\n{"b":2}{"c":3}', [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ['a flow mapping that is no JSON', "{a: '} {', b: [x, y z]}", [{ a: '} {', b: ['x', 'y z'] }]],
    ['the items of a List', 'kind: List\nitems:\n- a: 1\n- kind: PodList\n  items: [{b: 2}]', [{ a: 1 }, { b: 2 }]],
    ['nothing from comments and empty documents', '# a\n---\n---\nnull\n', []],
    ['CRLF line ends', 'a: |\r\n  x\r\n  y\r\nb: 1\r\n', [{ a: 'x\ny\n', b: 1 }]],
    ['keys that are no text as kubectl does', '1: a\ntrue: b\non: c', [{ 1: 'a', true: 'c' }]],
    ['anchors and aliases', 'a: &x {b: 1}\nc: *x', [{ a: { b: 1 }, c: { b: 1 } }]],
    ['merge keys', 'a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3', [{ a: { b: 1, c: 2 }, d: { b: 3, c: 2 } }]],
    [
      'a list of merge sources, of which the first wins',
      'a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne:\n  <<: [*x, *y]',
      [{ a: { b: 1 }, c: { b: 2, d: 3 }, e: { b: 1, d: 3 } }],
    ],
    ['a quoted << as a key like any other', '"<<": {a: 1}', [{ '<<': { a: 1 } }]],
    [
      'tags of the standard, however they are spelled',
      'a: !!str 1\nb: !<tag:yaml.org,2002:str> 2',
      [{ a: '1', b: '2' }],
    ],
    ['tags by a handle that is declared', '%TAG !y! tag:yaml.org,2002:\n---\na: !y!str 1', [{ a: '1' }]],
    ['text by the bare tag', 'a: ! 1\nb: ! [1]', [{ a: '1', b: [1] }]],
    ['a merge key that says so', 'a: &x {b: 1}\nc: {!!merge <<: *x}', [{ a: { b: 1 }, c: { b: 1 } }]],
    ['a << that is tagged as text as a key', 'a: {!!str <<: 1}', [{ a: { '<<': 1 } }]],
    ['what is called items and stands in no List as it is', 'kind: Pod\nitems: [1]', [{ kind: 'Pod', items: [1] }]],
    ['values that have an anchor or a tag and nothing else', 'a: &x !!str\nb: &y\nc: |', [{ a: '', b: null, c: '' }]],
    ['a document that a mistake stands before', 'a: [\n---\nb: 1', [{ b: 1 }]],
  ])('%s', (_, text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  test('`__proto__` and `constructor` as data', () => {
    const [document] = values(
      '__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\na: &x {__proto__: 1}\nb:\n  <<: *x',
    );
    expect(Object.keys(document as object)).toEqual(['__proto__', 'constructor', 'a', 'b']);
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(JSON.stringify(document)).toContain('"b":{"__proto__":1}');
  });
});

describe('parseDocuments tells', () => {
  test.each([
    ['each duplicate of a key', 'a: 1\nb: 2\na: 3\n"a": 4', ['3:1 DuplicateKey', '4:1 DuplicateKey']],
    ['duplicates that only differ in quotes', '1: a\n"1": b', ['2:1 DuplicateKey']],
    ['no duplicate where a merged key is overridden', 'a: &x {b: 1}\nc: {<<: *x, b: 2}', []],
    ['a key that a later << replaces', 'a: &x {b: 1}\nc:\n  b: 2\n  <<: *x', ['3:3 MergeOverridesKey']],
    ['a << that merges no object', 'a: {<<: 1}', ['1:5 InvalidMerge']],
    ['a template without quotes', 'from: {{input.x}}', ['1:8 InvalidKey']],
    ['an empty key', ': 1', ['1:1 InvalidKey']],
    ['a number that is no whole one as a key', '1.5: a', ['1:1 InvalidKey']],
    ['a tag by a handle that means nothing here', '%TAG !x! tag:a,2000:\n---\na: !x!str 1', ['3:11 InvalidScalar']],
    ['an anchor that contains itself', 'a: &x [1, *x]', ['1:11 AnchorCycle']],
    ['an object anchor that contains itself', 'a: &x\n  b: *x', ['2:6 AnchorCycle']],
    ['an alias without an anchor', 'a: *x', ['1:4 UnknownAnchor']],
    ['an anchor of another document', 'a: &x 1\n---\nb: *x', ['3:4 UnknownAnchor']],
    [
      'tags that mean nothing here',
      'a: !!js/function "x"\nb: !foo {}\nc: !!set {x}',
      ['1:18 InvalidScalar', '2:4 InvalidScalar', '3:4 InvalidScalar'],
    ],
    ['words that YAML 1.1 reads as booleans', 'a: yes\non: 1', ['1:4 BooleanWord', '2:1 BooleanWord']],
    ['octal numbers', 'mode: 0777', ['1:7 OctalNumber']],
    [
      'a value in the line of a marker, which kubectl refuses',
      'a: 1\n--- {b: 2}\n--- # fine\nc: 3',
      ['2:5 InvalidYaml'],
    ],
    ['tabs as indentation', 'a:\n\tb: 1', ['2:1 InvalidYaml']],
    ['brackets that do not end', 'a: [1,\n  2', ['2:4 InvalidYaml']],
    ['the place of a mistake in the second document', 'a: 1\n---\nb: "x', ['3:6 InvalidYaml']],
    ['the place of a mistake in the second JSON object', '{"a":1}\n{"b" 2}\n{"c":3}', ['2:6 InvalidYaml']],
    ['control characters', 'a: x\u0007', ['1:5 InvalidYaml']],
    ['what nests too deep', '['.repeat(101), ['1:100 NestedTooDeep']],
    [
      'aliases that nest too deep',
      Array.from({ length: 102 }, (_, i) => `k${i}: &k${i} [${i > 0 ? `*k${i - 1}` : ''}]`).join('\n'),
      ['100:11 ExcessiveAliases'],
    ],
    ['a document that is no YAML beside good ones', 'a: 1\n---\nb: }\n---\nc: 2', ['3:4 InvalidYaml']],
  ])('%s', (_, text, expected) => {
    expect(issues(text)).toEqual(expected);
  });

  test('both lines of a duplicate key, and its path', () => {
    expect(parseDocuments('a:\n  - b: 1\n    b: 2').issues).toEqual([
      {
        code: 'DuplicateKey',
        path: ['a', 0, 'b'],
        position: { line: 3, column: 5 },
        message: 'the key "b" stands here a second time; the first is in line 2',
        hint: 'remove one of the two',
        atKey: true,
      },
    ]);
  });

  test('that aliases would grow beyond measure', () => {
    const levels = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [index, name] of 'b c d e f g h i'.split(' ').entries())
      levels.push(
        `${name}: &${name} [${Array(10)
          .fill(`*${'abcdefghi'[index] ?? ''}`)
          .join(', ')}]`,
      );
    expect(issues(levels.join('\n'))).toEqual(['6:7 ExcessiveAliases']);
  });

  test('that a file holds too many values, before it is parsed', () => {
    expect(issues(`[${'1,'.repeat(sourceLimits.marks)}]`)).toEqual(['1:1 FileTooLarge']);
  });

  test('that an object holds too many values, and reads the others', () => {
    const { documents, issues: told } = parseDocuments(`a: 1\n---\n- [${'1,'.repeat(sourceLimits.documentValues)}]`);
    expect(told).toMatchObject([{ code: 'DocumentTooLarge', position: { line: 3, column: 1 } }]);
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }]);
  });

  test.each([
    ['JSON objects', '', '{"a":1}'],
    ['documents', '', '---\na: 1\n'],
    ['items of a List', 'kind: List\nitems:\n', '- a: 1\n'],
  ])('that a file holds too many %s', (_, head, each) => {
    expect(issues(head + each.repeat(sourceLimits.documents + 1))).toEqual(['1:1 FileTooLarge']);
  });

  test('a thousand issues and how many more there are', () => {
    const { issues: told } = parseDocuments('a: 1\n'.repeat(1500));
    expect(told).toHaveLength(sourceLimits.issues + 1);
    expect(told.at(-1)).toMatchObject({ code: 'TooManyIssues', message: '499 more issues are not shown' });
  });
});

describe('locate', () => {
  const text = [
    '# comment',
    'kind: Pipeline',
    'text: |-  # header',
    '  body',
    'list:',
    '  - "quoted"',
    '  -',
    '  - nested: {a: 1,',
    '      b: [x, y]}',
    'empty:',
    'anchored: &x !!map',
    '  deep: 1',
    'alias: *x',
    'merged:',
    '  <<: *x',
  ].join('\n');
  const [document] = parseDocuments(text).documents;

  test.each<[string, (string | number)[], 'key' | 'value', number, number]>([
    ['the root', [], 'value', 2, 1],
    ['a value', ['kind'], 'value', 2, 7],
    ['a key', ['kind'], 'key', 2, 1],
    ['a block by its header', ['text'], 'value', 3, 7],
    ['a quoted item by its quote', ['list', 0], 'value', 6, 5],
    ['an empty item by its dash', ['list', 1], 'value', 7, 3],
    ['an object in a list by its first key', ['list', 2], 'value', 8, 5],
    ['a value in braces', ['list', 2, 'nested', 'b', 1], 'value', 9, 14],
    ['a key in braces', ['list', 2, 'nested', 'b'], 'key', 9, 7],
    ['an empty value by its key', ['empty'], 'value', 10, 1],
    ['an anchored value by its content', ['anchored'], 'value', 12, 3],
    ['an alias by itself', ['alias'], 'value', 13, 8],
    ['what is in an alias by its anchor', ['alias', 'deep'], 'value', 12, 9],
    ['what was merged by its source', ['merged', 'deep'], 'key', 12, 3],
    ['what is missing by what it is missing from', ['list', 2, 'absent', 'deeper'], 'value', 8, 5],
    ['an item behind the last by its list', ['list', 9], 'value', 6, 3],
    ['a field of a list by the list', ['list', 'name'], 'value', 6, 3],
    ['a field of a text by the text', ['kind', 'deeper'], 'value', 2, 7],
  ])('finds %s', (_, path, part, line, column) => {
    expect(document?.locate(path, part)).toEqual({ line, column });
  });

  test.each([
    ['by its anchor', 'a: &x !!str', 4],
    ['by its tag', 'a: !!str', 4],
    ['by the header of its block', 'a: |', 4],
    ['of a document that is nothing but text', 'text', 1],
  ])('finds a value %s', (_, line, column) => {
    expect(parseDocuments(line).documents[0]?.locate(['a'])).toEqual({ line: 1, column });
  });

  test('finds the parts of List items from their own root', () => {
    const [, second] = parseDocuments('kind: List\nitems:\n- a: 1\n- b:\n    c: 2').documents;
    expect(second?.position).toEqual({ line: 4, column: 3 });
    expect(second?.locate(['b', 'c'])).toEqual({ line: 5, column: 8 });
  });
});
