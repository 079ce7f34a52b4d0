import { describe, expect, test } from 'vitest';
import { escapeAttribute, escapeBlock, escapeInline } from './escape-markdown.ts';

describe('text of unknown origin in a line of Markdown', () => {
  test.each([
    ['is emphasised by no mark', '*a* _b_ ~~c~~', String.raw`\*a\* \_b\_ \~\~c\~\~`],
    ['becomes no link and no picture', '![a](b)', String.raw`!\[a\](b)`],
    ['makes no picture of a link behind it', 'wow!', String.raw`wow\!`],
    ['becomes no link by its look alone', 'https://a.b _www.a.b a@b', String.raw`https\://a.b \_www\.a.b a\@b`],
    ['is no HTML', '<b title="&amp;">', '&lt;b title="&amp;amp;"&gt;'],
    ['ends no code', '`', '&#96;'],
    ['begins no heading', '# a', String.raw`\# a`],
    ['begins no list', '- a', String.raw`\- a`],
    ['begins no numbered list', '12. a', String.raw`12\. a`],
    ['stays a number', '12.5', '12.5'],
    ['completes no number to a list', '. a', String.raw`\. a`],
    ['ends no cell of a table', 'a | b', String.raw`a \| b`],
    ['ends no line', ' a\r\n\n# b\u2028c ', String.raw`a \# b c`],
    ['turns no text around', 'a\u202eb\u0000', 'a\ufffdb\ufffd'],
    ['is well-formed', '\ud800', '\ufffd'],
    ['is mathematics nowhere', '$a$', String.raw`\$a\$`],
    ['keeps a backslash', String.raw`\*`, String.raw`\\\*`],
  ])('%s', (_, text, escaped) => {
    expect(escapeInline(text)).toBe(escaped);
  });

  test('cannot end an attribute of HTML', () => {
    expect(escapeAttribute(`" onclick='x'`)).toBe('&quot; onclick=&#39;x&#39;');
  });
});

describe('text of unknown origin between lines of Markdown', () => {
  test('keeps its lines and paragraphs', () => {
    expect(escapeBlock('a\nb\n\n \n\nc')).toBe('a\\\nb\n\nc');
  });

  test('becomes no code by its indentation, which is kept', () => {
    expect(escapeBlock('a\n\n    b\n\tc')).toBe('a\n\n&nbsp;&nbsp;&nbsp;&nbsp;b\\\n&nbsp;&nbsp;&nbsp;&nbsp;c');
  });

  test('underlines no heading and draws no line', () => {
    expect(escapeBlock('a\n===\n---')).toBe('a\\\n\\===\\\n\\---');
  });
});
