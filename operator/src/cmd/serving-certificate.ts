import { reconcileServingCertificate } from '../controllers/serving-certificate-controller.ts';
import type { KubeClient } from '../kube/client.ts';
import { TextSecrets } from '../kube/secret.ts';
import { inspectCertificate, isSignedBy } from '../server/inspect-certificate.ts';
import { issueServing, makeAuthority } from '../server/issue-certificate.ts';

/** The server's Service; pods reach it by these names. */
export const serverService = 'conclave-server';

/**
 * One turn for the server's certificate, for a work queue with a single key. The client should be gated: only who leads
 * writes.
 */
export function servingCertificateTurn(client: Pick<KubeClient, 'get' | 'create' | 'update'>, namespace: string) {
  const host = `${serverService}.${namespace}.svc`;
  return reconcileServingCertificate({
    cluster: new TextSecrets(client, namespace),
    issuer: { makeAuthority, issueServing, inspect: inspectCertificate, isSignedBy },
    names: [host, `${host}.cluster.local`, `${serverService}.${namespace}`, serverService],
    clock: () => new Date(),
  });
}
