import { type ChildProcess, spawn } from 'node:child_process';
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { freePort } from '../cluster/free-port.ts';
import { repositoryRoot } from '../cluster/paths.ts';
import type { Kubectl } from './kubectl.ts';
import { operatorAccount } from './operator-kubeconfig.ts';

/** An artifact, and whose it is. */
export interface WantedArtifact {
  readonly digest: string;
  readonly namespace: string;
  readonly workItemUid: string;
}

const service = { namespace: operatorAccount.namespace, name: 'conclave-server', port: 8443 } as const;
const patienceMs = 30_000;

/** Reads an artifact from the server in the cluster, as the operator: through kubectl, wherever the cluster is. */
export async function fetchArtifact(
  { instance, kubectl }: { readonly instance: string; readonly kubectl: Kubectl },
  wanted: WantedArtifact,
): Promise<Buffer> {
  const inSystem = (...args: string[]) => kubectl(['-n', service.namespace, ...args]);
  const token = await inSystem('create', 'token', operatorAccount.name);
  const ca = await inSystem('get', 'configmap', 'conclave-ca', '-o', String.raw`jsonpath={.data.ca\.crt}`);
  const port = await freePort();
  const forwarding = spawn(
    join(repositoryRoot, 'hack/kubectl'),
    [
      ...['--instance', instance, '-n', service.namespace],
      ...['port-forward', `service/${service.name}`, `${port}:${service.port}`],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await untilForwarding(forwarding);
    return await get({ port, ca, token: token.trim() }, wanted);
  } finally {
    forwarding.kill('SIGTERM');
  }
}

function untilForwarding(forwarding: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    forwarding.stdout?.once('data', () => resolve());
    forwarding.once('error', reject);
    forwarding.once('exit', (code) => reject(new Error(`kubectl port-forward ended with ${code ?? 'a signal'}`)));
    setTimeout(() => reject(new Error('kubectl port-forward says nothing')), patienceMs).unref();
  });
}

function get(
  { port, ca, token }: { readonly port: number; readonly ca: string; readonly token: string },
  { digest, namespace, workItemUid }: WantedArtifact,
): Promise<Buffer> {
  const query = new URLSearchParams({ namespace, workItem: workItemUid });
  const options = {
    ...{ host: '127.0.0.1', port, ca, servername: `${service.name}.${service.namespace}.svc`, timeout: patienceMs },
    path: `/v1/artifacts/${digest}?${query}`,
    headers: { authorization: `Bearer ${token}` },
  };
  return new Promise((resolve, reject) => {
    const call = request(options, (answer) => {
      const body = buffer(answer);
      if (answer.statusCode === 200) body.then(resolve, reject);
      else
        body.then((text) => reject(new Error(`the server answers ${answer.statusCode}: ${text.toString()}`)), reject);
    });
    call.once('timeout', () => call.destroy(new Error('the server does not answer')));
    call.once('error', reject);
    call.end();
  });
}
