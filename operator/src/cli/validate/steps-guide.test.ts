import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stepTypes } from '../../api/step/step.ts';
import { parseDocuments } from '../../core/document/parse-documents.ts';

const inRepository = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const guide = inRepository('docs/guide/steps.md');

/** What is shown, behind ```yaml: `FILE STEP`, and `without FIELD,FIELD` where it leaves fields out. */
interface Excerpt {
  readonly label: string;
  readonly file: string;
  readonly step: string;
  readonly omitted: readonly string[];
  readonly shown: unknown;
}

const excerpts = [...guide.matchAll(/^```yaml(.*)\n([^]*?)^```$/gm)].map(([, label = '', text = '']): Excerpt => {
  const [file = '', step = '', without, fields = ''] = label.trim().split(' ');
  const [shown, ...more] = parseDocuments(text).documents[0]?.value as unknown[];
  expect([without ?? 'without', more]).toEqual(['without', []]);
  return { label: label.trim(), file, step, omitted: fields === '' ? [] : fields.split(','), shown };
});

type Step = Readonly<Record<string, unknown>>;

const isStep = (value: object): value is Step => 'type' in value && ('name' in value || 'id' in value);

/** The steps of that name in a sample, which is `id` in the canonical form. */
function stepsCalled(name: string, value: unknown): Step[] {
  if (typeof value !== 'object' || value === null) return [];
  const here = isStep(value) && (value['name'] ?? value['id']) === name ? [value] : [];
  return [...here, ...Object.values(value).flatMap((inner) => stepsCalled(name, inner))];
}

describe('the guide to the types of steps', () => {
  test.each(excerpts)('shows a step as it stands: $label', ({ file, step, omitted, shown }) => {
    const values = parseDocuments(inRepository(file)).documents.map(({ value }) => value);
    const [found, ...others] = values.flatMap((value) => stepsCalled(step, value));
    expect(others).toEqual([]);
    expect(Object.keys(found ?? {})).toEqual(expect.arrayContaining([...omitted]));
    expect(shown).toEqual(Object.fromEntries(Object.entries(found ?? {}).filter(([key]) => !omitted.includes(key))));
  });

  test.each(stepTypes.map(({ shape }) => shape.type.value))('has a section with an example of %s', (type) => {
    const [, section = ''] = guide.split(new RegExp(`^## ${type}$`, 'm'));
    const [own = ''] = section.split(/^## /m);
    expect(own).toMatch(new RegExp(`^ *(- )?type: ${type}$`, 'm'));
    for (const part of ['**Gives**', '**Easily wrong**']) expect(own).toContain(part);
  });
});
