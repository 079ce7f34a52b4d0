import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ModelServer } from './model-server.ts';

const command = fileURLToPath(new URL('../../model-simulator/model-sim-command.ts', import.meta.url));

/** Runs with a stand-in that answers each speaker after a time of its own, in milliseconds, and ends it. */
export async function withStandIn<T>(
  latencies: ReadonlyMap<string, number>,
  use: (standIn: ModelServer) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'conclave-bench-'));
  const rules = Array.from(latencies, ([role, ms]) => ({ when: { role }, answer: { fault: { kind: 'latency', ms } } }));
  const script = join(folder, 'script.yaml');
  // JSON is YAML.
  await writeFile(script, JSON.stringify(rules));
  const args = [command, '--port', '0', '--max-model-len', '131072', '--script', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await firstWord(child.stdout);
    return await use(new ModelServer(url, 'tiny'));
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function firstWord(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) return line.split(' ')[0] ?? '';
  throw new Error('the stand-in for a model server did not begin');
}
