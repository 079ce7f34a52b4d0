import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runnerResult, terminationMessage } from '../../api/runner-result.ts';
import type { FlowWork } from '../../api/runner-work.ts';
import { aTask } from '../../testing/a-runner-task.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import { CertificateAuthority } from '../../testing/certificate-authority.ts';
import { ScriptedArtifacts } from '../../testing/scripted-artifacts.ts';
import type { ModelTurn } from '../../testing/scripted-model.ts';

const store = new ScriptedArtifacts();
const folder = mkdtempSync(join(tmpdir(), 'conclave-record-'));
const tokenFile = join(folder, 'token');

beforeAll(async () => {
  writeFileSync(tokenFile, 'token');
  await store.listen(new CertificateAuthority(folder).issue('server', '/CN=server'));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  store.stored.clear();
  store.answers = [];
});

async function runAFlow(turns: readonly ModelTurn[], prompt = 'Go.', more: Partial<FlowWork> = {}) {
  const bench = await AgentBench.start(turns);
  onTestFinished(() => bench.stop());
  const artifacts = { url: store.url, tokenFile, caFile: join(folder, 'ca.crt') };
  const work = { kind: 'flow' as const, completions: [{ name: 'c', prompt, model: bench.access }], ...more };
  const { message, exitCode } = await bench.run(aTask({ work, artifacts }));
  return { exitCode, message: terminationMessage.parse(message) };
}

const storedText = (digest: string | undefined) => store.stored.get(digest ?? '')?.toString() ?? '';

describe('what an attempt leaves in the store', () => {
  it('is the whole result, which names the transcript, and the termination message names it', async () => {
    const { message } = await runAFlow([{ text: 'Done.' }]);
    const result = runnerResult.parse(JSON.parse(storedText(message.resultDigest)));
    expect(result).toMatchObject({ outcome: 'succeeded', outputs: { answer: 'Done.' }, provenance: { models: ['m'] } });
    expect(result.transcript).toMatchObject({ name: 'transcript', mediaType: 'application/x-ndjson' });
    expect(storedText(result.transcript?.digest)).toContain('"kind":"end","outcome":"succeeded"');
  });

  it('says which records of the run the agent was told of, and how much', async () => {
    const context = { text: 'Result of the step plan: {}', tokens: 7, sources: ['plan@sha256:0'] };
    const { message } = await runAFlow([{ text: 'Done.' }], 'Go.', { context });
    const { provenance } = runnerResult.parse(JSON.parse(storedText(message.resultDigest)));
    expect(provenance).toEqual({ models: ['m'], context: { tokens: 7, sources: ['plan@sha256:0'] } });
  });

  it('is the same where it failed, beside outputs that are too large for the message, and beside long errors', async () => {
    const failed = await runAFlow([{ refusal: 'I would rather not. '.repeat(100) }]);
    expect(failed.message).toMatchObject({ outcome: 'failed', error: { reason: 'Refused' } });
    expect(JSON.parse(storedText(failed.message.resultDigest))).toMatchObject({ outcome: 'failed' });

    const large = await runAFlow([{ text: 'x'.repeat(2000) }]);
    expect(large.message.digest).toBeDefined();
    expect(JSON.parse(storedText(large.message.resultDigest))).toMatchObject({ outputs: { answer: 'x'.repeat(2000) } });
    for (const { message } of [failed, large]) expect(JSON.stringify(message).length).toBeLessThanOrEqual(1024);
  });

  it('is missing where the store refuses it, and the result counts all the same', async () => {
    store.answers = [413, 413];
    const { message, exitCode } = await runAFlow([{ text: 'Done.' }]);
    expect(exitCode).toBe(0);
    expect(message).toMatchObject({ outcome: 'succeeded', outputs: { answer: 'Done.' } });
    expect(message).not.toHaveProperty('resultDigest');
  });
});
