import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const sources = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(join(sources, '../../docs/guide/validate.md'), 'utf8');

/** The codes of issues in the sources that make them. */
function codesIn(folder: string): string[] {
  const files = readdirSync(join(sources, folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return files.flatMap((name) => {
    const text = readFileSync(join(sources, folder, name), 'utf8');
    const places = text.matchAll(/\bcode(?: =|:)([^;,}]*)|\brefuse\(('[A-Z]\w+')/g);
    return [...places].flatMap(([, ...found]) =>
      [...found.join(' ').matchAll(/'([A-Z][a-z][A-Za-z]+)'/g)].map(([, code]) => code ?? ''),
    );
  });
}
const codes = [...new Set(['core/document', 'core/validation', 'cli/validate'].flatMap(codesIn))].sort();

describe('the guide', () => {
  test('is compared with more than a handful of codes', () => {
    expect(codes.length).toBeGreaterThan(30);
  });

  test.each(codes)('explains %s', (code) => {
    expect(guide).toContain(`\`${code}\``);
  });
});
