import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseDocuments } from '../../core/document/parse-documents.ts';
import { valueAt } from '../../core/validation/schema-view.ts';
import { runCommandLine } from '../../testing/run-command-line.ts';

const example = fileURLToPath(new URL('../../testing/examples/investigation.yaml', import.meta.url));
const hello = fileURLToPath(new URL('../../../../config/samples/hello.yaml', import.meta.url));
const convert = (words: readonly string[], input?: string) => runCommandLine(['convert', ...words], input);

/** The values of the documents of a text. */
const read = (text: string) => parseDocuments(text).documents.map(({ value }) => value);

const replayed = `version: "1"
pipeline_id: p
workspace_id: w
project_id: x
replay: {enabled: true, original_execution_id: run-7, replay_from_step: a}
steps: [{id: a, type: crawler, method: m}]
`;

describe('conclave convert', () => {
  test('turns the investigation example into a manifest, and that back into the example', async () => {
    const there = await convert(['-f', example]);
    expect(there).toMatchObject({ exitCode: 0, err: '' });
    expect(there.out).toMatch(
      /^apiVersion: conclave.dev\/v1alpha1\nkind: Pipeline\nmetadata:\n(?: .*\n)+spec:\n(?: .*\n|\n)+$/,
    );
    const back = await convert(['-f', '-'], there.out);
    expect(back).toMatchObject({ exitCode: 0, err: '' });
    expect(read(back.out)).toEqual(read(readFileSync(example, 'utf8')));
  });

  test('turns the sample into manifests and back', async () => {
    const sample = fileURLToPath(new URL('../../../../config/samples/canonical/risk-report.yaml', import.meta.url));
    const there = await convert(['-f', sample]);
    expect(there.out).toContain('conclave.dev/pipeline_id: Risk Report v1\n');
    const back = await convert(['-f', '-'], there.out);
    const [written] = read(readFileSync(sample, 'utf8')) as [object];
    expect(read(back.out)).toMatchObject([{ ...written, steps: expect.any(Array) as unknown }]);
    // A single check comes back as a list of one.
    expect(valueAt(read(back.out)[0], ['steps', 0, 'check'])).toEqual([valueAt(written, ['steps', 0, 'check'])]);
  });

  test('keeps programs readable, as blocks of text', async () => {
    const { out } = await convert([example]);
    expect(out).toContain(
      "content: |\n          def execute(inputs):\n              profile = inputs['profile_data']\n",
    );
  });

  test('makes a WorkItem where a run is replayed', async () => {
    const there = await convert(['-f', '-'], replayed);
    expect(read(there.out).map((value) => valueAt(value, ['kind']))).toEqual(['Pipeline', 'WorkItem']);
    const back = await convert(['-f', '-'], there.out);
    expect(read(back.out)).toEqual(read(replayed));
  });

  test('writes JSON: several manifests as a List, which it reads again', async () => {
    const there = await convert(['-o', 'json', '-'], replayed);
    expect(JSON.parse(there.out)).toMatchObject({ kind: 'List', items: [{ kind: 'Pipeline' }, { kind: 'WorkItem' }] });
    const back = await convert(['-o', 'json', '-'], there.out);
    expect([JSON.parse(back.out)]).toEqual(read(replayed));
  });

  test('writes several documents in the canonical form one after the other', async () => {
    const two = `${replayed}---\n${replayed.replace('pipeline_id: p', 'pipeline_id: q')}`;
    const there = await convert(['-'], two);
    const back = await convert(['-', '-o', 'json'], there.out);
    expect(back.out.split(/(?<=^\}\n)/m).map((text) => valueAt(JSON.parse(text), ['pipeline_id']))).toEqual(['p', 'q']);
    expect(await convert(['-'], back.out)).toEqual(there);
  });

  test('leaves what has the form already as it is', async () => {
    const { out } = await convert(['--to', 'manifests', hello, '-'], replayed);
    expect(read(out).map((value) => valueAt(value, ['metadata', 'name']))).toEqual(['hello', 'p', 'p-replay']);
    const canonical = await convert(['--to', 'canonical', '-'], replayed);
    expect(read(canonical.out)).toEqual(read(replayed));
  });

  test('tells warnings beside the result', async () => {
    const { exitCode, out, err } = await convert(['-'], 'pipeline_id: p\nsteps: [{id: a, type: crawler, method: m}]');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^apiVersion/);
    expect(err).toContain(
      '-:1:1: warning: version is missing, which the canonical form asks for [RequiredField] (version)\n',
    );
  });

  test('tells mistakes where they stand and writes nothing', async () => {
    const { exitCode, out, err } = await convert(['-'], replayed.replace('method:', 'methd:'));
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toContain(
      '-:6:32: error: unknown field "methd" [UnknownField] (steps[0].methd)\n  hint: did you mean method?\n',
    );
    expect(err).toMatch(/invalid: 2 errors \(1 document in 1 file\)\n$/);
  });

  test('tells mistakes as JSON where JSON is wanted', async () => {
    const { exitCode, out, err } = await convert(['-', '-o', 'json'], '{"pipeline_id": "p"}');
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      errors: [{ code: 'RequiredField', path: 'steps', line: 1 }],
    });
  });

  test('tells what the canonical form cannot say', async () => {
    const tenant = 'apiVersion: conclave.dev/v1alpha1\nkind: Tenant\nmetadata: {name: default}\nspec: {}\n';
    const { exitCode, out, err } = await convert([hello, '-'], tenant);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toContain(
      '-:1:1: error: the canonical form cannot say this: it has no kind "Tenant" [NoCanonicalForm]',
    );
  });

  test.each<[string, string[], string, number, RegExp]>([
    [
      'both forms without --to',
      [hello, '-'],
      replayed,
      2,
      /both|manifests and documents in the canonical form\n {2}hint: say what you want/,
    ],
    ['a form that does not exist', ['--to', 'xml', hello], '', 2, /Allowed choices are canonical, manifests/],
    ['no file', [], '', 2, /no file is named/],
    ['a file that is not there', ['-f', 'no-such-file.yaml'], '', 2, /cannot read no-such-file.yaml/],
    ['an empty file', ['-'], '# nothing\n', 1, /the file holds no documents/],
    ['a text that is no YAML', ['-'], 'a: [', 1, /InvalidYaml/],
    [
      'anchors that stand for too much',
      ['-'],
      `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefgh'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [${Array(9)
              .fill(`*${'abcdefg'.charAt(index)}`)
              .join(',')}]\n`,
        )
        .join('')}`,
      1,
      /ExcessiveAliases/,
    ],
  ])('refuses %s', async (_, words, input, exitCode, message) => {
    const run = await convert(words, input);
    expect(run).toMatchObject({ exitCode, out: '' });
    expect(run.err).toMatch(message);
  });
});
