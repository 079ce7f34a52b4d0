import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { evaluateExample } from '../../../testing/evaluate-example.ts';
import { judgeExample } from '../../../testing/judge-example.ts';
import { issueCatalogue } from './issue-catalogue.ts';
import type { IssueEntry } from './issue-entry.ts';
import { runEntries } from './run-entries.ts';

/** What the verdict on the example of a code says, as short texts. */
function verdictOn({ code, example, alongside = [] }: IssueEntry): string[] {
  const { errors, warnings, notes } = judgeExample(example);
  const found = Object.entries({ error: errors, warning: warnings, note: notes }).flatMap(([severity, findings]) =>
    findings.map((finding) => ({ severity, ...finding })),
  );
  // That the other levels were not checked follows each error of a schema.
  const expected = [...alongside, ...(code === 'FurtherChecksSkipped' ? [] : ['FurtherChecksSkipped'])];
  const told = found.filter((finding) => !expected.includes(finding.code));
  return [...new Set(told.map(({ code: other, level, severity }) => `${severity} ${other} of level ${level}`))];
}

const sources = fileURLToPath(new URL('../../..', import.meta.url));

/** Codes that the sources of issues speak of: behind `code`, or as the first argument of a function that makes one. */
function codesIn(file: string): string[] {
  const text = readFileSync(`${sources}/${file}`, 'utf8');
  const places = text.matchAll(
    /\bcode(?: =|:)([^;,}]*)|\b(?:refuse|problem|unknown|fail|failed|tooCostly)\(\s*('[A-Z]\w+')/g,
  );
  return [...places].flatMap(([, ...found]) =>
    [...found.join(' ').matchAll(/'([A-Z][a-z]+[A-Z][A-Za-z]+)'/g)].map(([, code]) => code ?? ''),
  );
}

const codesInSources = [
  ...new Set(
    globSync('{core/{document,dsl,template,expression,lifecycle,validation}/**,cli/{validate,sources}/**}/*.ts', {
      cwd: sources,
    })
      .filter((file) => !file.endsWith('.test.ts') && !file.includes('/catalogue/'))
      .flatMap(codesIn),
  ),
].sort();

/** Codes of a command of its own, which that command documents. */
const elsewhere = ['NoCanonicalForm'];

describe('the catalogue of issues', () => {
  test.each(issueCatalogue.map((entry) => [entry.code, entry] as const))(
    '%s: its example has exactly this issue',
    (code, entry) => {
      const possible = entry.severities.map((severity) => `${severity} ${code} of level ${entry.level}`);
      expect(verdictOn(entry)).toHaveLength(1);
      expect(possible).toContain(verdictOn(entry)[0]);
    },
  );

  test.each(runEntries.map((entry) => [entry.code, entry] as const))('%s: its example has it', (code, entry) => {
    expect(evaluateExample(entry)?.code).toBe(code);
  });

  const documented = [...issueCatalogue, ...runEntries].map(({ code }) => code);

  test('names each code once', () => {
    expect(documented.filter((code, index) => documented.indexOf(code) !== index)).toEqual([]);
  });

  test('is compared with the codes of the sources', () => {
    expect(codesInSources.length).toBeGreaterThan(80);
    expect(documented.filter((code) => !codesInSources.includes(code))).toEqual([]);
  });

  test.each(codesInSources.filter((code) => !elsewhere.includes(code)))('has %s of the sources', (code) => {
    expect(documented).toContain(code);
  });
});
