/** What people are told when a command cannot do anything: no cluster, no right, no Conclave, another version. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerJson, ScriptedServer } from '../src/testing/scripted-server.ts';
import { runCommandLine } from '../src/testing/run-command-line.ts';
import { CliWorld } from './cli-world.ts';
import { testKubeconfig } from './test-cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'refusals-'));
let world: CliWorld;
let server: ScriptedServer;

/** A cluster with other versions of the CRDs, or none: only the answers of discovery differ, and these are scripted. */
let versions: readonly string[] | undefined;

interface Config {
  readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
}

function write(name: string, cluster: object, user: object): void {
  const contexts = [{ name: 'only', context: { cluster: 'c', user: 'u' } }];
  const clusters = [{ name: 'c', cluster }];
  const config = { apiVersion: 'v1', kind: 'Config', clusters, contexts, users: [{ name: 'u', user }] };
  writeFileSync(join(folder, name), JSON.stringify({ ...config, 'current-context': 'only' }));
}

beforeAll(async () => {
  world = await CliWorld.start();
  await world.add('mallory', { verbs: [] });
  server = await ScriptedServer.start(({ url }, response) => {
    if (url === '/apis/conclave.dev' && versions !== undefined)
      answerJson(response, 200, { kind: 'APIGroup', versions: versions.map((version) => ({ version })) });
    else {
      const message = 'the server could not find the requested resource';
      answerJson(response, 404, { kind: 'Status', status: 'Failure', code: 404, reason: 'NotFound', message });
    }
  });
  const { clusters } = load(readFileSync(testKubeconfig(), 'utf8')) as Config;
  write('expired', clusters[0]?.cluster ?? {}, { token: 'a-token-that-was-never-good' });
  write('silent', { server: 'https://127.0.0.1:1' }, {});
  write('other', { server: server.url }, {});
});
afterAll(async () => {
  await world.stop();
  await server.stop();
  rmSync(folder, { recursive: true });
});

interface Case {
  readonly kubeconfig: () => string;
  readonly served?: readonly string[];
  readonly exitCode: number;
  readonly code: number;
  readonly reason: string;
  readonly message: RegExp;
  readonly hint: RegExp;
}

const cases: Readonly<Record<string, Case>> = {
  'no cluster that answers': {
    ...{ kubeconfig: () => join(folder, 'silent'), exitCode: 2, code: 401, reason: 'Unreachable' },
    ...{ message: /ECONNREFUSED/, hint: /check the address of the API server/ },
  },
  'a token that has expired': {
    ...{ kubeconfig: () => join(folder, 'expired'), exitCode: 1, code: 405, reason: 'Unauthorized' },
    ...{ message: /Unauthorized/, hint: /log in again, then try `kubectl auth whoami`/ },
  },
  'no rights': {
    ...{ kubeconfig: () => world.kubeconfigOf('mallory'), exitCode: 1, code: 405, reason: 'Forbidden' },
    ...{ message: /User "mallory" cannot/, hint: /RoleBinding to the ClusterRole conclave-viewer/ },
  },
  'no CRDs': {
    ...{ kubeconfig: () => join(folder, 'other'), exitCode: 1, code: 409, reason: 'NotInstalled' },
    ...{ message: /Conclave is not installed on this cluster/, hint: /install them/ },
  },
  'CRDs of another version': {
    ...{ kubeconfig: () => join(folder, 'other'), served: ['v1'], exitCode: 1, code: 409, reason: 'VersionMismatch' },
    ...{ message: /speaks conclave\.dev\/v1alpha1, and the cluster serves v1$/, hint: /upgrade the cluster/ },
  },
  'one CRD that is missing': {
    ...{ kubeconfig: () => join(folder, 'other'), served: ['v1alpha1'], exitCode: 1, code: 409, reason: 'CrdMissing' },
    ...{ message: /a CRD of conclave\.dev is missing/, hint: /conclave doctor/ },
  },
};

const commands: readonly (readonly string[])[] = [
  ['list'],
  ['status', 'w'],
  ['events', 'w'],
  ['councils'],
  ['run', 'p'],
  ['pause', 'w'],
  ['replay', 'w'],
];

describe.each(Object.entries(cases))('with %s', (_, { kubeconfig, served, exitCode, code, reason, message, hint }) => {
  test.each(commands.map((words) => [words.join(' '), words] as const))('%s says what to do', async (_name, words) => {
    versions = served;
    const { out, ...run } = await runCommandLine([
      ...[...words, '--kubeconfig', kubeconfig(), '-n', world.namespace, '-o', 'json'],
    ]);
    const { error } = JSON.parse(out) as { error: { code: number; reason: string; message: string; hint: string } };
    expect({ exitCode: run.exitCode, code: error.code, reason: error.reason }).toEqual({ exitCode, code, reason });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});
