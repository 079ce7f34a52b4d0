import { expect, test } from 'vitest';
import { issueCatalogue } from '../../../operator/src/core/validation/catalogue/issue-catalogue.ts';
import { runEntries } from '../../../operator/src/core/validation/catalogue/run-entries.ts';
import { renderErrors } from './errors.ts';

const page = renderErrors();
const sectionOf = (code: string) =>
  page.split(/^(?=### )/m).find((section) => section.startsWith(`### ${code}\n`)) ?? '';

test.each([...issueCatalogue, ...runEntries].map(({ code }) => code))(
  '%s has a section with what is told for it',
  (code) => {
    expect(sectionOf(code)).toMatch(/```text\n[^]+\n```/);
  },
);

test('shows the file, what is said of it, and where', () => {
  expect(sectionOf('StepNotFound')).toContain("from: '{{colect.posts}}'");
  expect(sectionOf('StepNotFound')).toContain(
    "15:17: Step 'colect' not found. Steps: collect, analyze (spec.steps[1].inputs.data.from)\n  hint: did you mean collect?",
  );
});

test('says what is known beside the file', () => {
  expect(sectionOf('GpusInUse')).toContain('Where there are two nodes with 8 and 2 GPUs, of which 2 are free:');
  expect(sectionOf('GpusInUse')).toContain("Step 'recognize_faces' requests 1 GPU, current availability: 2/10 GPUs");
});

test('keeps the place of an expression below its line', () => {
  expect(sectionOf('InvalidExpression')).toContain('(spec.steps[1].when)\n\n>    1 | {{rate.score}} >\n');
});
