import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';

const guide = readFileSync(new URL('../../../../docs/guide/pipelines.md', import.meta.url), 'utf8');
const snippets = [...guide.matchAll(/```yaml\n(- name: (\w+)[\s\S]*?)```/g)].map(([, steps = '', name = '']) => ({
  name,
  steps,
}));

const lifecycles = [...guide.matchAll(/```yaml\n(lifecycle:[\s\S]*?)```/g)].map(([, spec = '']) => spec);

/** What `conclave validate` says of a pipeline that has these steps. */
async function validate(steps: string) {
  return validateSpec(`steps:\n${steps.replaceAll(/^(?=.)/gm, '  ')}`);
}

/** What it says of a pipeline that has these fields, and parameters for all that they speak of. */
async function validateSpec(fields: string) {
  const inputs = new Set([...fields.matchAll(/inputs?\.(\w+)/g)].map(([, name = '']) => `{ name: ${name} }`));
  const spec = `spec:\n  parameters: [${[...inputs].join(', ')}]\n`;
  const head = `apiVersion: conclave.dev/v1alpha1\nkind: Pipeline\nmetadata: { name: p }\n${spec}`;
  const text = head + fields.replaceAll(/^(?=.)/gm, '  ');
  let out = '';
  async function* input() {
    await Promise.resolve();
    yield new TextEncoder().encode(text);
  }
  const terminal = {
    input: input(),
    out: (part: string) => (out += part),
    err: () => undefined,
    colours: { out: false, err: false },
  };
  return { exitCode: await runCli({ words: ['validate', '-', '-o', 'json'], version: '1', terminal }), out };
}

describe('the guide to pipelines', () => {
  test('has steps to look at', () => {
    expect(snippets.length).toBeGreaterThan(4);
  });

  test('has lifecycles that are valid', async () => {
    expect(lifecycles).toHaveLength(2);
    for (const fields of lifecycles) {
      const { exitCode, out } = await validateSpec(fields);
      expect({ errors: (JSON.parse(out) as { errors: unknown }).errors, exitCode }).toEqual({
        errors: [],
        exitCode: 0,
      });
    }
  });

  test.each(snippets)('shows steps that are valid: $name', async ({ steps }) => {
    const { exitCode, out } = await validate(steps);
    expect({ errors: (JSON.parse(out) as { errors: unknown }).errors, exitCode }).toEqual({ errors: [], exitCode: 0 });
  });
});
