/** The reference as it is generated from the real kinds. */
import { describe, expect, test } from 'vitest';
import { kinds } from '../../../operator/src/api/kinds.ts';
import { renderFiles } from '../render-files.ts';

const { files } = renderFiles();
const pages = new Map([...files].filter(([path]) => path.startsWith('docs/reference/')));
const page = (name: string) => pages.get(`docs/reference/${name}.md`) ?? '';

const anchorsOf = (text: string) =>
  new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-')));

test('every link between pages leads to a page and a heading', () => {
  for (const [path, text] of pages) {
    for (const [link, file = '', anchor] of text.matchAll(/\]\(([\w-]+\.md)?(?:#([\w-]+))?\)/g)) {
      const target = file === '' ? text : pages.get(`docs/reference/${file}`);
      expect(target, `${path}: ${link}`).toBeDefined();
      if (anchor !== undefined) expect([...anchorsOf(target ?? '')], `${path}: ${link}`).toContain(anchor);
    }
  }
});

test('every line of a table has as many cells as its head', () => {
  for (const [path, text] of pages) {
    for (const [table] of text.matchAll(/(?:^\|.*\|\n?)+/gm)) {
      const cells = table
        .trim()
        .split('\n')
        .map((line) => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(cells).size, `${path}: ${table.slice(0, 200)}`).toBe(1);
    }
  }
});

test('there is a page for each kind, with its fields, columns and rules', () => {
  for (const { kind } of kinds) {
    const text = page(kind.toLowerCase());
    for (const heading of ['## Spec', '## Status', '## Columns']) expect(text).toContain(heading);
  }
  expect(page('council')).toContain('exactly one of members and roleRef must be given');
});

describe('the page of the steps', () => {
  const text = page('step');

  test('has a section for each type, with the fields of that type only', () => {
    const section = /^## loop\n([^]*?)^## /m.exec(text)?.[1] ?? '';
    expect(section).toContain('| `iterateOver` | any JSON | **required** |');
    expect(section).not.toContain('`retryPolicy`');
    expect(section).not.toContain('`approvals`');
  });

  test('has the fields of every step in one table', () => {
    expect(/^## Fields of every step\n([^]*?)^## /m.exec(text)?.[1]).toContain(
      '| `retryPolicy.maxAttempts` | integer |',
    );
  });

  test('describes objects that several types share once', () => {
    expect(text.match(/^\| `resources\.gpu` /gm)).toHaveLength(1);
  });

  test('shows an example where a sample has one', () => {
    expect(/^## custom_code\n([^]*?)^## /m.exec(text)?.[1]).toContain('```yaml\n- name:');
  });
});

test('a pipeline inside a WorkItem is linked, not repeated', () => {
  expect(page('workitem')).toContain('| `spec.pipelineSpec` | [object](pipeline.md#spec) |');
});
