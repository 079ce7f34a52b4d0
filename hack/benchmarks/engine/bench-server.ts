import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  authoritySecretName,
  type CertifiedKey,
} from '../../../operator/src/controllers/serving-certificate-controller.ts';
import type { KubeClient } from '../../../operator/src/kube/client.ts';
import { TextSecrets } from '../../../operator/src/kube/secret.ts';
import { makeAuthority } from '../../../operator/src/server/issue-certificate.ts';
import { NameServer } from '../../../operator/src/testing/name-server.ts';
import { RunningServer } from '../../../operator/src/testing/running-server.ts';

/** The server of artifacts beside a measured operator: large loops store the results of their iterations there. */
export interface BenchServer {
  /** By which an operator finds it and speaks to it. */
  readonly flags: readonly string[];
  stop(): Promise<void>;
}

const operatorNamespace = 'conclave-system';
const yearMs = 365 * 24 * 60 * 60 * 1000;

/** Starts it in this process, with a certificate that operators of this cluster trust. */
export async function startBenchServer(client: KubeClient, folder: string): Promise<BenchServer> {
  const server = await RunningServer.start(await clusterAuthority(client));
  const names = await NameServer.start(({ type }) => (type === 'A' ? ['127.0.0.1'] : []));
  const tokenFile = join(folder, 'server-token');
  writeFileSync(tokenFile, 'operator');
  return {
    flags: ['--server-url', server.url, '--server-token', tokenFile, '--dns-server', names.address],
    stop: async () => {
      await Promise.all([server.stop(), names.stop()]);
    },
  };
}

/** The one that operators before have made, or a new one that the next takes up. */
async function clusterAuthority(client: KubeClient): Promise<CertifiedKey> {
  const secrets = new TextSecrets(client, operatorNamespace);
  const { 'tls.crt': certificate, 'tls.key': key } = (await secrets.read(authoritySecretName))?.data ?? {};
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  const made = makeAuthority({ notBefore: new Date(), notAfter: new Date(Date.now() + yearMs) });
  const data = { 'tls.crt': made.certificate, 'tls.key': made.key };
  await secrets.write({ name: authoritySecretName, type: 'Opaque', data });
  return made;
}
