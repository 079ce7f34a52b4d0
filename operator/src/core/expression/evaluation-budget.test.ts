import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { aScope } from '../../testing/a-scope.ts';
import { compileExpression, evaluateExpression } from './expression.ts';

const listOf = <T>(length: number, item: (index: number) => T) => Array.from({ length }, (_, index) => item(index));
const outputs: JsonObject = {
  list: listOf(1000, (index) => index),
  big: listOf(100_000, (index) => index),
  copy: listOf(100_000, (index) => index),
  empties: listOf(100_000, () => ''),
  texts: listOf(1000, (index) => 'x'.repeat(1000) + String(index)),
  object: Object.fromEntries(listOf(50_000, (index) => [`key${index}`, index])),
  text: 'a'.repeat(1_000_000),
  half: 'a'.repeat(500_000),
  letters: listOf(100_000, (index) => (((index * 7919) % 13) % 2 ? 'a' : 'b')).join(''),
  posts: listOf(5000, (index) => ({ id: index, text: 'lorem ipsum dolor '.repeat(5), likes: index % 100 })),
};
const nested: JsonObject = { deep: [], deepCopy: [] };
const nest = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as JsonObject;
const scope = aScope({ a: outputs, b: { ...nested, deep: nest(5000), deepCopy: nest(5000) } });

const evaluate = (text: string) => {
  const compiled = compileExpression(text);
  if ('problem' in compiled) return compiled.problem;
  const start = process.cpuUsage();
  const evaluated = evaluateExpression(compiled.expression, { scope });
  const { user } = process.cpuUsage(start);
  // Counted work decides; this only keeps the unit of work from losing its meaning, on the slowest machine that tests.
  expect(user / 1000).toBeLessThan(1500);
  return 'problem' in evaluated ? evaluated.problem : evaluated.value;
};
const macros = (count: number, body: string) =>
  listOf(count, (index) => index).reduceRight((inner, index) => `{{a.list}}.all(v${index}, ${inner})`, body);

describe('an evaluation ends early', () => {
  const cases: Record<string, string> = {
    'five loops over 1,000 items in each other': macros(5, 'true'),
    'loops that compute': macros(3, 'v0 + v1 * v2 >= 0'),
    'loops whose failures are passed over': macros(3, '{{a.nope}} || true'),
    'a loop in which all items fail': '{{a.big}}.all(x, {{a.nope}} > x)',
    'loops that fail for a field of a large object': macros(2, '{{a.object}}.nope == 1 || true'),
    'lists of lists of lists': '{{a.list}}.map(x, {{a.list}}.map(y, {{a.list}}.map(z, [x, y, z])))',
    'a loop that makes texts': '{{a.list}}.map(x, {{a.list}}.map(y, "some text " + string(y)))',
    'a text that doubles': `cel.bind(b, {{a.text}} + {{a.text}}, ${listOf(20, () => 'cel.bind(b, b + b, ').join('')}b${')'.repeat(21)}`,
    'a list that doubles': `cel.bind(b, {{a.big}} + {{a.big}}, ${listOf(20, () => 'cel.bind(b, b + b, ').join('')}b${')'.repeat(21)}`,
    'long texts that are read again and again': '{{a.list}}.all(x, size({{a.text}}) > 0)',
    'long texts that are compared again and again': '{{a.list}}.all(x, {{a.text}} + "b" != {{a.text}} + "c")',
    'large lists that are compared again and again': '{{a.list}}.all(x, {{a.big}} == {{a.copy}})',
    'large objects that are counted again and again': '{{a.list}}.all(x, size({{a.object}}) > 0)',
    'keys of large objects that are looked through again': '{{a.list}}.all(x, {{a.object}}.exists(k, true))',
    'each text in all texts': '{{a.texts}}.all(s, {{a.texts}}.all(t, t + "y" != s))',
    'a text in a text that nearly has it': '{{a.text}}.contains({{a.half}} + "b" + {{a.half}})',
    'a text from behind in a text that nearly has it': '{{a.text}}.lastIndexOf({{a.half}} + "b") == -1',
    'texts that are split again and again': '{{a.list}}.all(x, {{a.text}}.split("").size() > 0)',
    'lists that are joined again and again': '{{a.list}}.all(x, {{a.texts}}.join(",") != "")',
    'bytes that are compared again and again': 'cel.bind(b, bytes({{a.text}}), {{a.list}}.all(x, b + b != b + b"a"))',
    'lists of nothing that are joined again and again': '{{a.list}}.all(x, {{a.empties}}.join("") == "")',
    'bytes of long texts': '{{a.list}}.all(x, bytes({{a.text}}) != b"")',
    'a pattern that explodes elsewhere, on a long text': '{{a.text}}.matches("(a+)+$")',
    'a pattern of many states on a long text': '{{a.letters}}.matches("(a|b)*a(a|b){300}[^c]$")',
    'a pattern that is as long as the data': '"x".matches({{a.text}})',
    'many patterns': '{{a.texts}}.all(t, "x".matches("x|" + t.substring(200)))',
    'time zones for each of many': '{{a.big}}.all(x, timestamp(x).getHours("Europe/Berlin") >= 0)',
    'durations for each of many': '{{a.big}}.all(x, duration(string(x) + "s") >= duration("0s"))',
  };
  it.each(Object.entries(cases))('%s', (name, expression) => {
    const problem = evaluate(expression);
    const expected =
      name === 'a pattern that is as long as the data' ? /ExpressionTooCostly|ExpressionFailed/ : /ExpressionTooCostly/;
    expect(problem).toMatchObject({ code: expect.stringMatching(expected) as string });
  });

  it('and says where, and what to do instead', () => {
    expect(evaluate('{{a.list}}.all(x, {{a.big}} == {{a.copy}})')).toMatchObject({
      code: 'ExpressionTooCostly',
      message: expect.stringMatching(/^the expression takes too much work on this data\n\n> {4}1 \| /) as string,
      hint: 'go through fewer or smaller lists in it, or let a step of type custom_code do it',
    });
  });

  const refused: Record<string, [expression: string, says: string]> = {
    'a comparison of values nested without end': [
      '{{b.deep}} == {{b.deepCopy}}',
      'values that are nested so deeply cannot be compared',
    ],
    'a duration that is long': [
      '{{a.texts}}.all(t, duration(t) != duration("1s"))',
      'a duration has no more than 50 characters',
    ],
    'a pattern from data that is long': [
      '"x".matches("1234567890" + {{a.texts}}[0])',
      'a pattern has no more than 1000 characters',
    ],
  };
  it.each(Object.entries(refused))('%s', (_, [expression, says]) => {
    expect(evaluate(expression)).toMatchObject({ message: expect.stringMatching(`^${says}\n`) as string });
  });
});

describe('an evaluation has room for', () => {
  const cases: Record<string, [expression: string, value: unknown]> = {
    'a condition on each of 5,000 objects': ['{{a.posts}}.filter(p, p.likes > 98 && p.id > 0).size()', 50],
    'a text in each of 5,000 texts': ['{{a.posts}}.all(p, p.text.contains("dolor"))', true],
    'a short pattern on each of 1,000 texts': [
      '{{a.posts}}.filter(p, p.id < 1000).filter(p, p.text.matches("dolor $")).size()',
      1000,
    ],
    '100,000 numbers through two loops': ['{{a.big}}.filter(x, x >= 99990).map(x, x * 2).size()', 10],
    'a field of each of 5,000 objects': ['size({{a.posts[*].text}})', 5000],
    'a value in 100,000': ['99999 in {{a.big}}', true],
    'two lists of 100,000 that are equal': ['{{a.big}} == {{a.copy}}', true],
    'an object of 50,000 fields': ['size({{a.object}}) == 50000 && "key7" in {{a.object}}', true],
    'a text of a million characters': ['size({{a.text}}) == 1000000 && {{a.text}}.startsWith({{a.half}})', true],
    'the same reference in a loop': ['{{a.list}}.all(x, size({{a.posts[*].id}}) > x)', true],
  };
  it.each(Object.entries(cases))('%s', (_, [expression, value]) => {
    expect(evaluate(expression)).toEqual(value);
  });
});
