import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { terminationMessage } from '../api/runner-result.ts';
import { digestOf } from '../core/digest.ts';
import { CertificateAuthority } from '../testing/certificate-authority.ts';
import { ScriptedArtifacts } from '../testing/scripted-artifacts.ts';
import type { Patience } from './artifact-client.ts';
import { collect } from './collect.ts';
import { prepare } from './prepare.ts';

const patience: Patience = { totalMs: 2_000, firstDelayMs: 1, longestDelayMs: 10, silenceMs: 500 };
const digestOfText = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const service = new ScriptedArtifacts();
const certificates = mkdtempSync(join(tmpdir(), 'collect-ca-'));
let folder = '';
let tokenFile = '';

beforeAll(async () => {
  const authority = new CertificateAuthority(certificates);
  await service.listen(authority.issue('server', '/CN=server'));
});
afterAll(() => {
  service.close();
  rmSync(certificates, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'collect-'));
  tokenFile = join(folder, '.token');
  writeFileSync(tokenFile, 'first\n');
  Object.assign(service, { answers: [] });
  service.stored.clear();
  service.tokens.length = 0;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const artifactService = () => ({ url: service.url, tokenFile, caFile: join(certificates, 'ca.crt') });

function aTask(kind: 'code' | 'method', more: object = {}): string {
  const work = kind === 'code' ? { kind, runtime: 'python', program: '' } : { kind, method: 'm' };
  const head = { apiVersion: 'conclave.dev/v1alpha1', kind: 'Task', inputs: {} };
  return JSON.stringify({ ...head, work, artifacts: artifactService(), ...more });
}

const times = { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:01Z' };
const aResult = (more: object): string =>
  JSON.stringify({ apiVersion: 'conclave.dev/v1alpha1', kind: 'Result', outcome: 'succeeded', ...times, ...more });

const leave = (name: string, content: string): void => writeFileSync(join(folder, name), content);

async function collected(taskDigest?: string) {
  const { message, exitCode } = await collect({ folder, taskDigest, patience });
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
  return { exitCode, ...terminationMessage.parse(JSON.parse(message)) };
}

describe('collect', () => {
  it('leaves tiny outputs where they are found at once, and asks no service', async () => {
    leave('task.json', aTask('code'));
    leave('result.json', aResult({ outputs: { a: 1 } }));
    expect(await collected()).toEqual({ exitCode: 0, outcome: 'succeeded', outputs: { a: 1 } });
    expect(service.tokens).toEqual([]);
  });

  it('stores large outputs as canonical JSON under the digest that the planner makes, too', async () => {
    const outputs = { b: 'x'.repeat(2000), a: [1.0, 'ü'] };
    leave('task.json', aTask('code'));
    leave('result.json', aResult({ outputs }));
    const { digest, sizeBytes, ...rest } = await collected();
    expect(rest).toEqual({ exitCode: 0, outcome: 'succeeded' });
    expect(digest).toBe(digestOf(outputs));
    const stored = service.stored.get(digest ?? '');
    expect(stored?.length).toBe(sizeBytes);
    expect(stored?.toString()).toMatch(/^\{"a":\[1,"ü"\],"b":"xxx/);
  });

  it('stores outputs that leave no room for the digest of the whole result, which agents add', async () => {
    leave('task.json', aTask('code'));
    leave('result.json', aResult({ outputs: { a: 'x'.repeat(850) } }));
    expect(await collected()).toMatchObject({ outputs: { a: expect.any(String) } });
    leave('result.json', aResult({ outputs: { a: 'x'.repeat(950) } }));
    expect(await collected()).toHaveProperty('digest');
  });

  it('tries again while the service is not ready, and reads its token anew', async () => {
    service.answers = [503, 401];
    leave('task.json', aTask('code'));
    leave('result.json', aResult({ outputs: { a: 'x'.repeat(2000) } }));
    const ending = collected();
    while (service.tokens.length === 0) await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(tokenFile, 'second');
    expect(await ending).toMatchObject({ exitCode: 0 });
    expect(service.tokens).toHaveLength(3);
    expect(service.tokens.at(0)).toBe('Bearer first');
    expect(service.tokens.at(-1)).toBe('Bearer second');
  });

  it('gives up on what no other try would mend, and says what the service said', async () => {
    service.answers = [413];
    leave('task.json', aTask('code'));
    leave('result.json', aResult({ outputs: { a: 'x'.repeat(2000) } }));
    const message = 'the artifact service answered 413: no room left';
    expect(await collected()).toMatchObject({ exitCode: 20, error: { reason: 'UploadFailed', message } });
  });

  it('leaves it to a new attempt when the service is away for longer', async () => {
    const artifacts = { ...artifactService(), url: 'https://127.0.0.1:1' };
    leave('task.json', aTask('code', { artifacts }));
    leave('result.json', aResult({ outputs: { a: 'x'.repeat(2000) } }));
    expect(await collected()).toMatchObject({ exitCode: 10, error: { reason: 'UploadFailed', retryable: true } });
  });

  it('shows its token to no service without a certificate of our authority', async () => {
    const other = mkdtempSync(join(tmpdir(), 'collect-other-'));
    const { caFile } = new CertificateAuthority(other);
    leave('task.json', aTask('code', { artifacts: { ...artifactService(), caFile } }));
    leave('result.json', aResult({ outputs: { a: 'x'.repeat(2000) } }));
    expect(await collected()).toMatchObject({ exitCode: 10, error: { reason: 'UploadFailed' } });
    rmSync(other, { recursive: true });
    leave(
      'task.json',
      aTask('code', { artifacts: { ...artifactService(), url: service.url.replace('https', 'http') } }),
    );
    expect(await collected()).toMatchObject({ exitCode: 20, error: { reason: 'UploadFailed' } });
    expect(service.tokens).toEqual([]);
  });

  it.each([
    ['nothing', undefined, 'NoResult'],
    ['no JSON', '{', 'ResultInvalid'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'ResultInvalid'],
    ['another document', '{"kind":"Task"}', 'ResultInvalid'],
    ['a field that no Result has', aResult({ outputs: {}, more: 1 }), 'ResultInvalid'],
    [
      'great depth',
      aResult({ outputs: {} }).replace('"outputs":{}', `"outputs":{"a":${'['.repeat(999)}${']'.repeat(999)}}`),
      'ResultInvalid',
    ],
    ['half a character', aResult({ outputs: {} }).replace('{}', '{"a":"\\ud800"}'), 'OutputInvalid'],
    ['an infinity', aResult({ outputs: {} }).replace('{}', '{"a":1e999}'), 'OutputInvalid'],
  ])('refuses %s', async (_what, content, reason) => {
    leave('task.json', aTask('code'));
    if (content !== undefined) writeFileSync(join(folder, 'result.json'), content);
    expect(await collected()).toMatchObject({ exitCode: 20, outcome: 'failed', error: { reason, retryable: false } });
  });

  it.each([
    ['a link', () => symlinkSync(tokenFile, join(folder, 'result.json'))],
    ['a folder', () => mkdirSync(join(folder, 'result.json'))],
    ['a pipe', () => execFileSync('mkfifo', [join(folder, 'result.json')])],
    ['a file that would fill the memory', () => execFileSync('truncate', ['--size=1T', join(folder, 'result.json')])],
  ])('does not read %s', async (_what, make) => {
    leave('task.json', aTask('code'));
    make();
    expect(await collected()).toMatchObject({ exitCode: 20, error: { reason: 'ResultInvalid' } });
  });

  it('believes no more of code than it could have returned', async () => {
    const forged = { usage: { costUnits: '0' }, artifacts: [], toolCalls: [], outputs: { a: 1 } };
    leave('task.json', aTask('code'));
    leave('result.json', aResult(forged));
    expect(await collected()).toEqual({ exitCode: 0, outcome: 'succeeded', outputs: { a: 1 } });
    leave('task.json', aTask('method'));
    expect(await collected()).toMatchObject({ exitCode: 0, usage: { costUnits: '0' } });
  });

  it('checks what the step declared', async () => {
    leave('task.json', aTask('code', { outputs: ['a', 'b'] }));
    leave('result.json', aResult({ outputs: { a: 1, c: 1 } }));
    const message = "Declared but not in the result: 'b'. Fields: a, c.";
    expect(await collected()).toMatchObject({ exitCode: 20, error: { reason: 'OutputMissing', message } });
    leave('task.json', aTask('code', { outputSchema: { properties: { a: { type: 'string' } } } }));
    const mismatch = 'The outputs do not fit their schema: a must be text, found the number 1.';
    expect(await collected()).toMatchObject({ exitCode: 20, error: { reason: 'OutputInvalid', message: mismatch } });
  });

  it.each([
    ['failed', { reason: 'Busy', message: 'later', retryable: true }, 10],
    ['failed', { reason: 'Bad', message: 'never', retryable: false }, 20],
    ['limit', { reason: 'Tokens', message: 'all used', retryable: false }, 30],
    ['failed', { reason: 'Long', message: '\u0001ü😀'.repeat(600), retryable: false }, 20],
  ])('passes on that a Method %s: %o', async (outcome, error, exitCode) => {
    leave('task.json', aTask('method'));
    leave('result.json', aResult({ outcome, error }));
    const { reason } = error;
    expect(await collected()).toMatchObject({ exitCode, outcome, error: { reason } });
  });

  it.each([
    ['log\n{"a":1}\n', { a: 1 }],
    ['log\r\n[1]\r\n\n', { value: [1] }],
    ['plain text', { value: 'plain text' }],
    ['', {}],
  ])('takes %j of an image that writes no result', async (output, outputs) => {
    leave('task.json', aTask('method'));
    leave('stdout', output);
    expect(await collected()).toEqual({ exitCode: 0, outcome: 'succeeded', outputs });
  });

  it('takes no standard output through a link, nor a last line that was cut', async () => {
    leave('task.json', aTask('method'));
    symlinkSync(tokenFile, join(folder, 'stdout'));
    expect(await collected()).toMatchObject({ exitCode: 20, error: { reason: 'ResultInvalid' } });
    rmSync(join(folder, 'stdout'));
    leave('stdout', 'x'.repeat(1_048_576));
    expect(await collected()).toMatchObject({ exitCode: 20, error: { reason: 'ResultTooLarge' } });
  });

  it('stores the files that a result lists, when they are what it says', async () => {
    mkdirSync(join(folder, 'artifacts'));
    leave('artifacts/diff', 'content');
    const artifact = { name: 'diff', digest: digestOfText('content'), sizeBytes: 7, mediaType: 'text/plain' };
    leave('task.json', aTask('method'));
    leave('result.json', aResult({ outputs: {}, artifacts: [artifact] }));
    expect(await collected()).toMatchObject({ exitCode: 0 });
    expect(service.stored.get(artifact.digest)?.toString()).toBe('content');
  });

  it.each([
    ['of another digest', { digest: digestOfText('other') }],
    ['of another size', { sizeBytes: 8 }],
    ['that is not there', { name: 'other' }],
    ['outside the folder', { name: '../task.json' }],
    ['that is a link', { name: 'link' }],
  ])('stores no file %s', async (_what, change) => {
    mkdirSync(join(folder, 'artifacts'));
    leave('artifacts/diff', 'content');
    symlinkSync(tokenFile, join(folder, 'artifacts/link'));
    const artifact = { name: 'diff', digest: digestOfText('content'), sizeBytes: 7, mediaType: 'text/plain' };
    leave('task.json', aTask('method'));
    leave('result.json', aResult({ outputs: {}, artifacts: [{ ...artifact, ...change }] }));
    expect(await collected()).toMatchObject({ exitCode: 20, error: { reason: 'ArtifactInvalid' } });
    expect(service.stored.size).toBe(0);
  });

  it('stores nothing of a folder that is a link', async () => {
    symlinkSync(certificates, join(folder, 'artifacts'));
    const artifact = { name: 'ca.crt', digest: digestOfText(''), sizeBytes: 0, mediaType: 'text/plain' };
    leave('task.json', aTask('method'));
    leave('result.json', aResult({ outputs: {}, artifacts: [artifact] }));
    const { error } = await collected();
    expect(error?.message).toContain('is not a folder');
  });

  it('believes a task that came as an artifact by its digest only', async () => {
    leave('task.json', aTask('code'));
    leave('result.json', aResult({ outputs: {} }));
    expect(await collected(digestOfText(aTask('code')))).toMatchObject({ exitCode: 0 });
    leave('task.json', aTask('code', { deadlineSeconds: 5 }));
    const error = { reason: 'TaskUnreadable' };
    expect(await collected(digestOfText(aTask('code')))).toMatchObject({ exitCode: 20, error });
  });
});

describe('prepare', () => {
  it('fetches the task document that has the digest', async () => {
    const document = aTask('code');
    const taskDigest = digestOfText(document);
    service.stored.set(taskDigest, Buffer.from(document));
    service.answers = [503];
    expect(await prepare({ folder, taskDigest, service: artifactService(), patience })).toMatchObject({ exitCode: 0 });
    leave('result.json', aResult({ outputs: { a: 1 } }));
    expect(await collected(taskDigest)).toMatchObject({ exitCode: 0, outputs: { a: 1 } });
  });

  it('refuses what has another, and what is not there', async () => {
    const taskDigest = digestOfText('expected');
    service.stored.set(taskDigest, Buffer.from('other'));
    expect(await prepare({ folder, taskDigest, service: artifactService(), patience })).toMatchObject({ exitCode: 10 });
    service.answers = [404];
    const absent = { folder, taskDigest: digestOfText('absent'), service: artifactService(), patience };
    expect(await prepare(absent)).toMatchObject({ exitCode: 20 });
  });
});
