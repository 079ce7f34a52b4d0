import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const launcher = fileURLToPath(new URL('../model-sim', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'model-sim-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileWith = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

/** Runs the command; resolves with its first line or, when it ends without one, with what it complained of. */
const run = (...words: string[]) => runWith({}, ...words);

async function runWith(environment: Readonly<Record<string, string>>, ...words: string[]) {
  const child = spawn(launcher, words, { env: { ...process.env, ...environment } });
  let [said, complained] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  await Promise.race([once(child.stdout, 'data'), ended]);
  return { child, ended, said: () => said, complained: () => complained };
}

describe('./hack/model-sim', () => {
  test('answers at the address that it prints, as its files say, and ends when it is told to', async () => {
    const script = fileWith('script.yaml', '- answer: { fault: { kind: hang } }');
    const words = ['--port', '0', '--script', script, '--api-key-file', fileWith('key', 'secret\n'), '--model', 'demo'];
    const { child, ended, said } = await run(...words);
    const [url = ''] = said().split(' ');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/v1/models`)).status).toBe(401);
    const headers = { authorization: 'Bearer secret' };
    expect(await (await fetch(`${url}/v1/models`, { headers })).json()).toMatchObject({ data: [{ id: 'demo' }] });
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'go' }] });
    const hanging = fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body });
    hanging.catch(() => undefined);
    await expect
      .poll(async () => (await fetch(`${url}/metrics`)).text(), { timeout: 30_000 })
      .toMatch(/running\{.*\} 1/);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expect(hanging).rejects.toThrow();
  });

  test('demands the key that vLLM would, and answers by the name that it would', async () => {
    const words = ['--model', 'org/x', '--served-model-name', 'x', '--port', '0', '--tensor-parallel-size', '2'];
    const { child, ended, said } = await runWith({ VLLM_API_KEY: 'k' }, ...words);
    const [url = ''] = said().split(' ');
    expect((await fetch(`${url}/v1/models`)).status).toBe(401);
    const headers = { authorization: 'Bearer k' };
    expect(await (await fetch(`${url}/v1/models`, { headers })).json()).toMatchObject({ data: [{ id: 'x' }] });
    child.kill('SIGTERM');
    await ended;
  });

  test('says what is wrong with its script, and where', async () => {
    const { ended, complained } = await run('--script', fileWith('bad.yaml', '- answer: { contents: a }'));
    expect((await ended)[0]).toBe(2);
    expect(complained()).toContain('bad.yaml:1:11: [0].answer');
  });

  test('explains itself', async () => {
    const { ended, said } = await run('--help');
    expect((await ended)[0]).toBe(0);
    expect(said()).toContain('usage: ./hack/model-sim');
  });
});
