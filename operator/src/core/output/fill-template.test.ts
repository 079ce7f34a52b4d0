import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { fillMarkdown, fillTitle } from './fill-template.ts';

const filled = (content: string, inputs: JsonObject) => {
  const result = fillMarkdown(content, inputs);
  return 'planned' in result ? result.planned : result.issues;
};

describe('a template of Markdown', () => {
  test('takes values of inputs as text', () => {
    expect(filled('Hello *{{inputs.name}}*', { name: '*x*' })).toBe(String.raw`Hello *\*x\**`);
  });

  test('takes what stands in the middle of a line onto that line', () => {
    expect(filled('| {{inputs.a}} |', { a: 'x\n\n# y' })).toBe(String.raw`| x \# y |`);
  });

  test('keeps the paragraphs of what stands alone', () => {
    expect(filled('{{inputs.a}}\n', { a: 'x\n\ny' })).toBe('x\n\ny\n');
  });

  test('makes a table of a list of objects that stands alone', () => {
    expect(filled('Rows:\n{{inputs.rows}}\nend', { rows: [{ a: 1 }, { a: 'b|c' }] })).toBe(
      'Rows:\n\n| a |\n| --- |\n| 1 |\n| b\\|c |\n\nend',
    );
  });

  test('writes lists in the middle of a line as JSON', () => {
    expect(filled('of {{inputs.rows}}', { rows: [1, 'a'] })).toBe(String.raw`of \[1,"a"\]`);
  });

  test('takes values into fenced code as they are', () => {
    expect(filled('```\n{{inputs.a}}\n```', { a: '<*x*>' })).toBe('```\n<*x*>\n```');
  });

  test('takes values that are no text into fenced code as JSON', () => {
    expect(filled('```json\n{{inputs.a}}\n```', { a: { b: [1] } })).toBe('```json\n{\n  "b": [\n    1\n  ]\n}\n```');
  });

  test('takes code that nothing ends to be code to the end', () => {
    expect(filled('```\n{{inputs.a}}', { a: '<b>' })).toBe('```\n<b>');
  });

  test('lets no value end fenced code', () => {
    expect(filled('```\n{{inputs.a}}\n```', { a: 'x\n```\n# y' })).toBe('```\nx\n    ```\n# y\n```');
  });

  test.each([
    ['is not at the edge', '    ```\n{{inputs.a}}\n    ```'],
    ['is inside a block of HTML', '<div>\n```\n{{inputs.a}}\n```\n</div>'],
    ['is inside HTML that goes on over empty lines', '<pre>\n\n```\n{{inputs.a}}\n```\n</pre>'],
    ['was ended', '```\n```\n{{inputs.a}}'],
    ['ends with its own mark only', '````\n````\n\n{{inputs.a}}'],
  ])('escapes where a fence %s', (_, content) => {
    expect(filled(content, { a: '<b>' })).toContain('&lt;b&gt;');
  });

  test('does not take a shorter fence, or one of the other kind, for the end of code', () => {
    expect(filled('````\n```\n~~~~\n{{inputs.a}}\n````', { a: '<b>' })).toContain('<b>');
  });

  test('lets no value end an attribute that the template writes', () => {
    expect(filled('<a title="{{inputs.a}}">', { a: '"' })).toBe('<a title="&quot;">');
    expect(filled('<a title="x"> {{inputs.a}}', { a: '"' })).toBe('<a title="x"> "');
  });

  test('reads what it takes in never as a template', () => {
    expect(filled('{{inputs.a}}', { a: '{{inputs.b}}', b: 'secret' })).toBe('{{inputs.b}}');
  });

  test('says which field of which input is missing', () => {
    expect(filled('{{inputs.customer.adress}}', { customer: { address: 'x' } })).toEqual([
      {
        code: 'FieldNotFound',
        path: ['template', 'content'],
        message: "Field 'adress' not found in inputs.customer. Fields: address",
        hint: 'did you mean address?',
      },
    ]);
  });

  test('says that a template knows inputs only', () => {
    expect(filled('{{fetch.text}}', {})).toMatchObject([
      { code: 'StepNotFound', path: ['template', 'content'], hint: 'write {{inputs.<name>}}' },
    ]);
  });

  test('says where it is malformed', () => {
    expect(filled('{{inputs.', {})).toMatchObject([{ path: ['template', 'content'] }]);
  });

  test('makes no more of its inputs than templates may', () => {
    const content = '{{inputs.a}} '.repeat(50);
    expect(filled(content, { a: 'x'.repeat(100_000) })).toMatchObject([{ code: 'ValueTooLarge' }]);
  });
});

describe('a title', () => {
  test('is one line of text as it is', () => {
    expect(fillTitle('Of {{inputs.a}}', { a: '*x*\ny' })).toEqual({ planned: 'Of *x* y' });
  });

  test('names itself when it cannot be filled', () => {
    expect(fillTitle('{{inputs.b}}', {})).toMatchObject({ issues: [{ path: ['template', 'title'] }] });
  });
});
