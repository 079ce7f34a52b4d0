import { describe, expect, it } from 'vitest';
import { compileExpression } from './expression.ts';

const compile = (text: string) => {
  const compiled = compileExpression(text);
  return 'problem' in compiled ? compiled.problem : compiled.expression;
};

describe('compileExpression', () => {
  it('lists references in order, each time that they stand there', () => {
    const expression = compile('{{b.x[0]}} > {{a.y[*].z}} && {{b.x[0]}} != null // {{c}}');
    expect(expression).toMatchObject({
      references: [
        { text: 'b.x[0]', root: 'b' },
        { text: 'a.y[*].z', root: 'a' },
        { text: 'b.x[0]', root: 'b' },
      ],
    });
  });

  const names: Record<string, [expression: string, names: string[]]> = {
    'names that it uses, each once': ['size(profile.posts) > 0 && score > profile.rank', ['profile', 'score']],
    'no names of fields, functions and keys': ['{"x": a.b.c(d)}', []],
    'no names that macros give': ['items.all(item, item.x > limit)', ['items', 'limit']],
    'names outside of the macro that gives them': ['item > 1 || items.exists(item, item > 1)', ['item', 'items']],
    'the names in the value of a binding': ['cel.bind(x, x + y, x > 0)', ['x', 'y']],
    'no names of types': ['type(a) == int || a == list', ['a']],
    'no references': ['{{a.b}} > c', ['c']],
    'names in conditions of map': ['items.map(i, i > low, i * high)', ['items', 'low', 'high']],
    'names in lists, maps, indexes and choices': ['[a][b] == {c: d}[e] ? -f : !g', ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
  };
  it.each(Object.entries(names))('lists %s', (_, [expression, expected]) => {
    const compiled = compile(expression.replace('a.b.c(d)', 'true'));
    expect('variables' in compiled ? compiled.variables : compiled).toEqual(expected);
  });

  it('gives the same for the same text', () => {
    expect(compile('{{a.b}} > 41')).toBe(compile('{{a.b}} > 41'));
  });

  it('remembers no more than it needs', () => {
    const first = compile('{{a.b}} > 42');
    for (let other = 0; other < 600; other += 1) compile(`${other} == ${other}`);
    expect(compile('{{a.b}} > 42')).not.toBe(first);
    expect(compile('{{a.b}} > 42')).toEqual(first);
  });
});

describe('compileExpression refuses', () => {
  const cases: Record<string, { expression: string; code?: string; says: string; caret: string; hint?: string }> = {
    'what ends too early': {
      expression: '{{a.b}} >',
      says: 'Unexpected token: the end',
      caret: '         ^',
    },
    'an open bracket': { expression: '({{a.b}} > 1', says: 'Expected ), got the end', caret: '            ^' },
    'an empty expression': { expression: '', says: 'Unexpected token: the end', caret: '^' },
    'one equals sign': {
      expression: '{{a.b}} = 1',
      says: 'unexpected "="',
      caret: '        ^',
      hint: 'compare with ==',
    },
    'and in words': {
      expression: '{{a.b}} and {{a.c}}',
      says: 'unexpected "and"',
      caret: '        ^',
      hint: 'write && for and',
    },
    'or with one bar': {
      expression: '{{a.b}} | {{a.c}}',
      says: 'unexpected "|"',
      caret: '        ^',
      hint: 'write || for or',
    },
    'two references without an operator': {
      expression: '{{a.b}} {{a.c}}',
      says: 'unexpected "{{a.c}}"',
      caret: '        ^',
    },
    'a text that is not closed': {
      expression: "{{a.b}} == 'x",
      says: 'Unterminated string',
      caret: '           ^',
      hint: 'close the text with the quote that it begins with',
    },
    'an unknown escape': {
      expression: '"\\d" == ""',
      says: 'Invalid escape sequence: \\d',
      caret: ' ^',
      hint: "write \\\\ for a backslash, or put r before the text: r'\\d+'",
    },
    'a reserved word': { expression: 'for == 1', says: 'Reserved identifier: for', caret: '^' },
    'a malformed reference': {
      expression: '1 == {{a..b}}',
      says: 'expected the name of a field, found ".": "{{a..b}}"',
      caret: '         ^',
      hint: 'write {{step.field}}',
    },
    'a reference that is not closed': {
      expression: '{{a.b == 1',
      says: 'expected }}, found "=": "{{a.b == 1"',
      caret: '      ^',
    },
    'a reference inside a text': {
      expression: '"id-{{a.b}}" == "x"',
      says: 'a reference inside a text in quotes is not replaced',
      caret: '    ^',
      hint: "take it out of the quotes and join texts with +: 'id-' + {{step.id}}",
    },
    'a reference inside a raw text': {
      expression: 'r"{{a.b}}" == "x"',
      says: 'a reference inside a text in quotes is not replaced',
      caret: '  ^',
    },
    'a reference behind an escaped quote': {
      expression: '"\\"{{a.b}}" == "x"',
      says: 'a reference inside a text in quotes is not replaced',
      caret: '   ^',
    },
    'a reference that goes on as a name': {
      expression: '{{a.b}}c == 1',
      says: 'a reference cannot touch a name or a number',
      caret: '^',
      hint: 'put an operator between them, such as +',
    },
    'a name that goes on as a reference': {
      expression: 'c{{a.b}} == 1',
      says: 'a reference cannot touch a name or a number',
      caret: ' ^',
    },
    'a reference as a function': {
      expression: '{{a.b}}(1)',
      says: 'a reference cannot stand here; it is a value',
      caret: '^',
    },
    'a reference as a field': {
      expression: '{{a.b}}.{{a.c}}',
      says: 'a reference cannot stand here; it is a value',
      caret: '        ^',
    },
    'a reference as a method': {
      expression: '{{a.b}}.{{a.c}}()',
      says: 'a reference cannot stand here; it is a value',
      caret: '        ^',
    },
    'a reference as the name of an item': {
      expression: '[1].all({{a.b}}, true)',
      says: 'a reference cannot stand here; it is a value',
      caret: '        ^',
    },
    'a value as the name of an item': {
      expression: '[1].all(1, true)',
      says: 'all(var, predicate) invalid predicate iteration variable',
      caret: '        ^',
      hint: 'the first argument names each item: {{step.list}}.all(item, item > 3)',
    },
    'has without a field': {
      expression: 'has({{a.b}})',
      code: 'ExpressionType',
      says: 'has() invalid argument',
      caret: '    ^',
      hint: 'has takes a field after its braces or name: has({{step.profile}}.email)',
    },
    'a function that does not exist': {
      expression: 'length({{a.b}}) > 1',
      says: "there is no function 'length'",
      caret: '^',
    },
    'a function whose name is nearly right': {
      expression: 'sise({{a.b}}) > 1',
      says: "there is no function 'sise'",
      caret: '^',
      hint: 'did you mean size?',
    },
    'a method that does not exist': {
      expression: '{{a.b}}.startWith("x")',
      says: "there is no function 'startWith'",
      caret: '^',
      hint: 'did you mean startsWith?',
    },
    'arguments that no function takes': {
      expression: 'size(1) > 0',
      code: 'ExpressionType',
      says: "found no matching overload for 'size(int)'",
      caret: '^',
    },
    'literals of types that do not compare': {
      expression: '{{a.b}} && 1 == "a"',
      code: 'ExpressionType',
      says: 'no such overload: int == string',
      caret: '           ^',
    },
    'branches of different types': {
      expression: '{{a.b}} ? 1 : "a"',
      code: 'ExpressionType',
      says: "Ternary branches must have the same type, got 'int' and 'string'",
      caret: '^',
      hint: 'make both the same type, or put dyn(…) around one',
    },
    'a pattern that RE2 cannot do': {
      expression: '{{a.b}}.matches("(?=x)")',
      says: 'the pattern cannot be used (RE2): invalid or unsupported Perl syntax: `(?=`',
      caret: '                ^',
    },
    'a pattern that refers to itself': {
      expression: '{{a.b}}.matches(r"(a)\\1")',
      says: 'the pattern cannot be used (RE2): invalid escape sequence: `\\1`',
      caret: '                ^',
    },
    'a pattern that is too long': {
      expression: `{{a.b}}.matches("${'a'.repeat(1001)}")`,
      says: 'a pattern has no more than 1000 characters',
      caret: '                ^',
    },
    'a pattern that counts too far': {
      expression: '{{a.b}}.matches("((a{100}){100}){100}")',
      says: 'the pattern cannot be used (RE2): invalid repeat count: `{100}`',
      caret: '                ^',
    },
    'a list that is too long': {
      expression: `[${'1,'.repeat(1001)}]`,
      says: 'the expression has more than 1000 items in a list',
      caret: expect.any(String) as string,
    },
    'an integer of more than 64 bits': {
      expression: '{{a.b}} > 9223372036854775809',
      says: 'the integer 9223372036854775809 has more than 64 bits',
      caret: '          ^',
    },
    'brackets in brackets without end': {
      expression: '('.repeat(61),
      says: 'the expression has more than 60 levels of brackets, calls and fields',
      caret: `${' '.repeat(60)}^`,
      hint: 'split the expression, or let a step compute a part of it',
    },
  };
  it.each(Object.entries(cases))('%s', (_, { expression, code = 'InvalidExpression', says, caret, hint }) => {
    const problem = compile(expression);
    const [message, , , below] = (problem as { message: string }).message.split('\n');
    expect(message).toBe(says);
    expect(below?.slice(9)).toEqual(caret);
    expect(problem).toMatchObject({ code, ...(hint === undefined ? {} : { hint }) });
  });

  it('what stands on one of several lines, and shows that line alone', () => {
    const problem = compile('true &&\n{{a.b}} = 1 &&\nfalse');
    const { message } = problem as { message: string };
    expect(message).toContain('{{a.b}} = 1 &&');
    expect(message).not.toMatch(/true|false/);
  });

  const deep: Record<string, string> = {
    'negations in a row': `${'!'.repeat(4000)}true`,
    'signs in a row': `${'-'.repeat(4000)}1`,
    'operators in a row': `1${'+1'.repeat(2000)}`,
    'choices in a row': `${'true?1:'.repeat(500)}1`,
    'lists in lists': '['.repeat(4000),
    'maps in maps': '{1:'.repeat(1300),
    'calls in calls': 'dyn('.repeat(1000),
    'indexes in indexes': 'a['.repeat(2000),
    'fields of fields': `a${'.b'.repeat(2000)}`,
    'methods of methods': `a${'.size()'.repeat(580)}`,
    'macros in macros': 'a.all(x,'.repeat(500),
  };
  it.each(Object.entries(deep))('%s, without falling over', (_, expression) => {
    expect(compile(expression)).toMatchObject({ code: 'InvalidExpression' });
  });

  it('trees of more than 300 levels', () => {
    expect(compile(`1${'+1'.repeat(300)}`)).toMatchObject({
      message: expect.stringMatching(/^the expression is nested deeper than 300 levels\n/) as string,
    });
  });

  it('more than 4096 characters', () => {
    expect(compile(`true${' '.repeat(4092)}`)).toMatchObject({ text: expect.any(String) as string });
    expect(compile(`true${' '.repeat(4093)}`)).toMatchObject({
      code: 'InvalidExpression',
      message: expect.stringMatching(/^an expression has no more than 4096 characters, this one has 4097\n/) as string,
    });
  });

  it('nothing of what is at the limits', () => {
    expect(compile(`1${'+1'.repeat(299)}`)).toHaveProperty('program');
    expect(compile(`${'('.repeat(59)}1${')'.repeat(59)}`)).toHaveProperty('program');
    expect(compile('-9223372036854775808 < 0')).toHaveProperty('program');
    expect(compile(`x in [${Array.from({ length: 900 }, (_, index) => index).join(',')}]`)).toHaveProperty('program');
  });
});
