/** The runner's containers that come from the product's image: `agent prepare`, `agent run` and `agent collect`. */
import { writeFileSync } from 'node:fs';
import { exitCodes } from '../api/runner-contract.ts';
import type { Collected } from '../runner/collect.ts';
import type { SendHttp } from '../runner/agent/tools/http-port.ts';

const folder = '/conclave';
const terminationLog = '/dev/termination-log';
const { CONCLAVE_TASK_DIGEST: taskDigest, CONCLAVE_ARTIFACTS_URL: url = '' } = process.env;
const tokenFile = process.env['CONCLAVE_TOKEN_FILE'] ?? '/var/run/secrets/conclave/token';
const caFile = process.env['CONCLAVE_CA_FILE'] ?? `${folder}/ca.pem`;

/** The workspace that the agent shares with its shell, and what it does not share. */
const shellTree = { workspace: '/workspace', repository: '/tmp/repository/.git' };

/** Time that an agent has to leave what it has used, in milliseconds: less than its pod has to end. */
const lastMs = 8_000;

const interruption = new AbortController();
const sendHttp: SendHttp = async (request, signal) => {
  const { HttpCaller } = await import('../executors/http/http-caller.ts');
  return await new HttpCaller().call(request, signal);
};

/** What each word on the command line does. Only what it needs is loaded. */
const actions: Readonly<Record<string, () => Promise<Collected>>> = {
  async prepare() {
    if (taskDigest === undefined) throw new Error('CONCLAVE_TASK_DIGEST is not set');
    const { prepare } = await import('../runner/prepare.ts');
    return await prepare({ folder, taskDigest, service: { url, tokenFile, caFile } });
  },
  async run() {
    const { runTask } = await import('../runner/agent/run-task.ts');
    const { CONCLAVE_SHELL_SOCKET: socket } = process.env;
    const shell = socket === undefined ? undefined : { ...shellTree, socket };
    const surroundings = { environment: process.env, interruption: interruption.signal, sendHttp, shell };
    return await runTask({ folder, workspace: '/tmp/workspace', taskDigest, ...surroundings });
  },
  async collect() {
    const { collect } = await import('../runner/collect.ts');
    return await collect({ folder, taskDigest });
  },
};

/** As process 1 it would ignore the signal. */
process.once('SIGTERM', () => {
  interruption.abort();
  if (process.argv[2] === 'run') setTimeout(interrupted, lastMs);
  else interrupted();
});

const interrupted = () => end('Interrupted', 'The pod was asked to end.');

/** Leaves a failure that a new attempt may mend. */
function end(reason: string, message: string): never {
  leave(JSON.stringify({ outcome: 'failed', error: { reason, message: message.slice(0, 250), retryable: true } }));
  process.exit(exitCodes.retryable);
}

function leave(message: string): void {
  console.log(message);
  writeFileSync(terminationLog, message);
}

const action = actions[process.argv[2] ?? ''];
if (action === undefined) {
  console.error(`usage: agent ${Object.keys(actions).join('|')}`);
  process.exit(2);
}
try {
  const { message, exitCode } = await action();
  leave(message);
  process.exit(exitCode);
} catch (error) {
  console.error(error);
  end('RunnerFailed', String(error));
}
