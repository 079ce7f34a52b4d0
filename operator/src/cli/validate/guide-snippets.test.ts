import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';

const guide = readFileSync(new URL('../../../../docs/guide/pipelines.md', import.meta.url), 'utf8');
const snippets = [...guide.matchAll(/```yaml\n(- name: (\w+)[\s\S]*?)```/g)].map(([, steps = '', name = '']) => ({
  name,
  steps,
}));

/** What `conclave validate` says of a pipeline that has these steps. */
async function validate(steps: string) {
  const inputs = new Set([...steps.matchAll(/input\.(\w+)/g)].map(([, name = '']) => `{ name: ${name} }`));
  const spec = `spec:\n  parameters: [${[...inputs].join(', ')}]\n  steps:\n`;
  const head = `apiVersion: conclave.dev/v1alpha1\nkind: Pipeline\nmetadata: { name: p }\n${spec}`;
  const text = head + steps.replaceAll(/^(?=.)/gm, '    ');
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

  test.each(snippets)('shows steps that are valid: $name', async ({ steps }) => {
    const { exitCode, out } = await validate(steps);
    expect({ errors: (JSON.parse(out) as { errors: unknown }).errors, exitCode }).toEqual({ errors: [], exitCode: 0 });
  });
});
