import {
  authorityLifetimeMs,
  planCertificates,
  servingLifetimeMs,
  type CertificateAction,
  type ObservedCertificates,
  type Validity,
} from '../core/certificate/plan-certificates.ts';

/** A Secret with its values decoded. */
export interface TextSecret {
  readonly name: string;
  readonly type: string;
  /** Absent as long as it was never written. */
  readonly resourceVersion?: string | undefined;
  readonly data: Readonly<Record<string, string>>;
}

/** What this controller needs from the cluster: Secrets of the operator's own namespace, past any cache. */
export interface SecretCluster {
  read(name: string): Promise<TextSecret | undefined>;
  /** Creates it, or replaces it as it was read; fails with a conflict when it changed or appeared meanwhile. */
  write(secret: TextSecret): Promise<void>;
}

/** A certificate and its key, as PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says. */
export interface InspectedCertificate extends Validity {
  readonly names: readonly string[];
}

/** Makes and reads certificates. */
export interface CertificateIssuer {
  makeAuthority(validity: Validity): CertifiedKey;
  issueServing(authority: CertifiedKey, order: Validity & { readonly names: readonly string[] }): CertifiedKey;
  /** Undefined when it cannot be read, or when the key is not its own. */
  inspect(pair: { readonly certificate: string; readonly key?: string }): InspectedCertificate | undefined;
  isSignedBy(certificate: string, authority: string): boolean;
}

/** What it is made of. */
export interface ServingCertificateParts {
  readonly cluster: SecretCluster;
  readonly issuer: CertificateIssuer;
  /** DNS names under which the server is reached. */
  readonly names: readonly string[];
  readonly clock: () => Date;
}

/** Names of the Secrets. */
export const authoritySecretName = 'conclave-ca';
export const servingSecretName = 'conclave-server-tls';

/** Steps of one turn: a whole rotation takes fewer. */
const mostSteps = 8;
/** Clocks of pods may be behind. */
const backdatedMs = 5 * 60 * 1000;

/**
 * Keeps the authority and the server's certificate valid: looks, does the next thing, looks again. Each step is one write
 * of one Secret as it was read, so that two who do this at once, or one who dies in between, do no harm.
 */
export function reconcileServingCertificate(parts: ServingCertificateParts) {
  return async (): Promise<{ readonly requeueAfterMs: number }> => {
    for (let step = 0; step < mostSteps; step += 1) {
      const stored = await readSecrets(parts.cluster);
      const action = planCertificates(observe(stored, parts));
      if (action.kind === 'rest') return { requeueAfterMs: action.requeueAfterMs };
      await parts.cluster.write(perform(action.kind, stored, parts));
    }
    throw new Error(
      `the certificates are not settled after ${mostSteps} steps; does something else write the Secrets?`,
    );
  };
}

interface StoredSecrets {
  readonly authority: TextSecret;
  readonly serving: TextSecret;
}

async function readSecrets(cluster: SecretCluster): Promise<StoredSecrets> {
  const authority = await cluster.read(authoritySecretName);
  const serving = await cluster.read(servingSecretName);
  return {
    authority: authority ?? { name: authoritySecretName, type: 'Opaque', data: {} },
    serving: serving ?? { name: servingSecretName, type: 'kubernetes.io/tls', data: {} },
  };
}

function observe({ authority, serving }: StoredSecrets, parts: ServingCertificateParts): ObservedCertificates {
  const { issuer, names, clock } = parts;
  const current = issuer.inspect(pairOf(authority, 'tls'));
  const servingNow = issuer.inspect(pairOf(serving, 'tls'));
  const { data } = authority;
  return {
    now: clock(),
    names,
    authority: current && {
      current,
      next: issuer.inspect(pairOf(authority, 'next')),
      previous: issuer.inspect({ certificate: data['previous.crt'] ?? '' }),
    },
    serving: servingNow && {
      validity: servingNow,
      names: servingNow.names,
      isSignedByCurrent: issuer.isSignedBy(serving.data['tls.crt'] ?? '', data['tls.crt'] ?? ''),
      hasWholeBundle: serving.data['ca.crt'] === bundleOf(authority),
    },
  };
}

function perform(
  kind: Exclude<CertificateAction['kind'], 'rest'>,
  { authority, serving }: StoredSecrets,
  { issuer, names, clock }: ServingCertificateParts,
): TextSecret {
  const { data } = authority;
  switch (kind) {
    case 'createAuthority':
      return { ...authority, data: keep('tls', issuer.makeAuthority(lasting(authorityLifetimeMs, clock))) };
    case 'prepareAuthority':
      return {
        ...authority,
        data: { ...data, ...keep('next', issuer.makeAuthority(lasting(authorityLifetimeMs, clock))) },
      };
    case 'promoteAuthority':
      return {
        ...authority,
        data: { ...keep('tls', pairOf(authority, 'next')), 'previous.crt': data['tls.crt'] ?? '' },
      };
    case 'dropPrevious':
      return { ...authority, data: without(data, 'previous.crt') };
    case 'issueServing': {
      const order = { ...lasting(servingLifetimeMs, clock), names };
      const issued = issuer.issueServing(pairOf(authority, 'tls'), order);
      return { ...serving, data: { ...keep('tls', issued), 'ca.crt': bundleOf(authority) } };
    }
    case 'publishBundle':
      return { ...serving, data: { ...serving.data, 'ca.crt': bundleOf(authority) } };
  }
  return kind satisfies never;
}

/** All that may have signed what is in use, or will. */
function bundleOf({ data }: TextSecret): string {
  return ['tls.crt', 'next.crt', 'previous.crt']
    .map((file) => data[file]?.trim() ?? '')
    .filter((certificate) => certificate !== '')
    .map((certificate) => `${certificate}\n`)
    .join('');
}

function pairOf({ data }: TextSecret, file: string): CertifiedKey {
  return { certificate: data[`${file}.crt`] ?? '', key: data[`${file}.key`] ?? '' };
}

function keep(file: string, { certificate, key }: CertifiedKey): Record<string, string> {
  return { [`${file}.crt`]: certificate, [`${file}.key`]: key };
}

function without(data: TextSecret['data'], key: string): TextSecret['data'] {
  return Object.fromEntries(Object.entries(data).filter(([name]) => name !== key));
}

function lasting(lifetimeMs: number, clock: () => Date): Validity {
  const now = clock().getTime();
  return { notBefore: new Date(now - backdatedMs), notAfter: new Date(now + lifetimeMs) };
}
