import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { describe, expect, test } from 'vitest';
import { MOST_CHARACTERS } from './pdf-page.ts';
import { renderPdf } from './render-pdf.ts';

const createdAt = '2026-11-28T08:00:00Z';
const render = (markdown: string, title = 'Title') =>
  renderPdf({ format: 'pdf_report', name: 'n', title, markdown, createdAt });

async function read(markdown: string): Promise<string> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(await render(markdown))), {
    mergePages: true,
  });
  return text.replaceAll('\u200b', '').replaceAll(/\s+/g, ' ');
}

describe('a report', () => {
  test('has the text of all that Markdown knows', async () => {
    const text = await read(
      '# Head\n\nOne **two** *three* ~~four~~ `five` \\*six\\* &lt;seven&gt;\\\neight\n\n- nine\n  1. ten\n- [x] eleven\n\n> twelve\n\n```\nthirteen {\n  14\n}\n```\n\n| a | b |\n| --- | --- |\n| 15 | 16 |\n\n---\n\nend',
    );
    expect(text).toContain('Head One two three four five *six* <seven> eight');
    for (const part of ['nine', '1.', 'ten', '[x] eleven', 'twelve', 'thirteen {', '14', 'a b 15 16', 'end'])
      expect(text).toContain(part);
  });

  test('shows where links lead, and makes none', async () => {
    const pdf = await getDocumentProxy(
      new Uint8Array(await render('[here](https://example.org/a) https://example.org/b')),
    );
    const page = await pdf.getPage(1);
    expect(await page.getAnnotations()).toEqual([]);
    expect(await read('[here](https://example.org/a)')).toContain('here (https://example.org/a)');
    expect(await read('https://example.org/b')).not.toContain('(');
  });

  test('shows HTML and images as text', async () => {
    const text = await read('<script>x</script>\n\n<b>y</b> ![z](file:///etc/passwd)');
    expect(text).toContain('<script>x</script>');
    expect(text).toContain('<b>y</b> [image: z] (file:///etc/passwd)');
    expect(text).not.toContain('root:');
  });

  test('has its title, its date and its producer', async () => {
    const { info } = await getMeta(await getDocumentProxy(new Uint8Array(await render('text', 'A – Ω'))));
    expect(info).toMatchObject({ Title: 'A – Ω', Producer: 'Conclave', CreationDate: 'D:20261128080000Z' });
  });

  test('has numbered pages', async () => {
    expect(await read(Array.from({ length: 80 }, (_, index) => `Paragraph ${index}`).join('\n\n'))).toMatch(
      /1 \/ 3.* 2 \/ 3.* 3 \/ 3/,
    );
  });

  test('is the same bytes at another time', async () => {
    const [first, second] = [await render('# a\n\n`b`'), await render('# a\n\n`b`')];
    expect(Buffer.compare(first, second)).toBe(0);
  });

  test('leaves no heading behind at the foot of a page', async () => {
    const pages = async (paragraphs: number) => {
      const markdown = `${'line\n\n'.repeat(paragraphs)}## Heading\n\nBelow it`;
      const { text } = await extractText(await getDocumentProxy(new Uint8Array(await render(markdown))));
      return text.map((page) => [page.includes('Heading'), page.includes('Below')]);
    };
    for (let paragraphs = 30; paragraphs < 42; paragraphs += 1)
      for (const [heading, below] of await pages(paragraphs))
        expect([paragraphs, heading]).toEqual([paragraphs, below]);
  });

  test('says that a table is too wide by showing it as it is written', async () => {
    expect(await read(`|${' a |'.repeat(21)}\n|${' --- |'.repeat(21)}\n`)).toContain('| a | a |');
  });

  test('shows words that are longer than a line, in text, tables and code', async () => {
    const word = 'abcdefghij'.repeat(30);
    const text = await read(`${word}\n\n| a | b |\n| --- | --- |\n| ${word} | c |\n\n\`\`\`\n${word}\n\`\`\``);
    expect(text.replaceAll(' ', '').split(word)).toHaveLength(4);
  });

  test('has all of a paragraph that is longer than any that people write', async () => {
    const words = Array.from({ length: 3000 }, (_, index) => `w${index}`).join(' ');
    const text = await read(words);
    expect(
      text
        .replaceAll(/ (?:Title )?\d+ \/ \d+/g, '')
        .replaceAll('Title', '')
        .trim()
        .split(/\s+/),
    ).toHaveLength(3000);
  });

  test.each([
    ['quotations', `${'>'.repeat(100)} x`],
    ['lists', Array.from({ length: 60 }, (_, index) => `${'  '.repeat(index)}- x`).join('\n')],
    ['marks', '*a **b '.repeat(300)],
    ['brackets', '['.repeat(5000)],
    ['right-to-left text, emoji and controls', 'שלום 👩‍👩‍👧 \u202e\u0007 مرحبا'],
    ['nothing', ''],
  ])('is made of hostile Markdown: %s', async (_, markdown) => {
    expect((await render(markdown)).length).toBeGreaterThan(500);
  });

  test('is not made when it is too long', async () => {
    await expect(render('word '.repeat(MOST_CHARACTERS / 4))).rejects.toMatchObject({
      reason: 'OutputTooLarge',
      message: expect.stringContaining('the report is too long'),
    });
  });
});
