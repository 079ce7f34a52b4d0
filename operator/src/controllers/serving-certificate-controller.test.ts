import { describe, expect, it } from 'vitest';
import { planCertificates } from '../core/certificate/plan-certificates.ts';
import {
  reconcileServingCertificate,
  type CertificateIssuer,
  type CertifiedKey,
  type TextSecret,
} from './serving-certificate-controller.ts';

const dayMs = 24 * 60 * 60 * 1000;
const names = ['a', 'b'];

/** Certificates as JSON: who made them, and for whom; keys are numbers. */
function anIssuer(): CertificateIssuer {
  let count = 0;
  const make = (content: object): CertifiedKey => {
    count += 1;
    return { certificate: JSON.stringify({ id: count, ...content }), key: String(count) };
  };
  const read = (certificate: string) => {
    try {
      return JSON.parse(certificate) as { id: number; by?: number; names: string[]; from: number; to: number };
    } catch {
      return undefined;
    }
  };
  return {
    makeAuthority: ({ notBefore, notAfter }) => make({ names: [], from: notBefore.getTime(), to: notAfter.getTime() }),
    issueServing: (authority, { names, notBefore, notAfter }) =>
      make({ by: Number(authority.key), names, from: notBefore.getTime(), to: notAfter.getTime() }),
    inspect: ({ certificate, key }) => {
      const content = read(certificate);
      if (content === undefined || (key !== undefined && key !== String(content.id))) return undefined;
      return { names: content.names, notBefore: new Date(content.from), notAfter: new Date(content.to) };
    },
    isSignedBy: (certificate, authority) => read(certificate)?.by === read(authority)?.id,
  };
}

/** Secrets in memory; the n-th write crashes before or after it happened. */
function aCluster() {
  const secrets = new Map<string, TextSecret>();
  const crash = { atWrite: 0, before: true };
  let writes = 0;
  const cluster = {
    read: (name: string) => Promise.resolve(secrets.get(name)),
    write: (secret: TextSecret) => {
      const stored = secrets.get(secret.name);
      if (stored?.resourceVersion !== secret.resourceVersion) return Promise.reject(new Error('conflict'));
      writes += 1;
      if (writes === crash.atWrite && crash.before) return Promise.reject(new Error('crash'));
      secrets.set(secret.name, { ...secret, resourceVersion: String(writes) });
      return writes === crash.atWrite ? Promise.reject(new Error('crash')) : Promise.resolve();
    },
  };
  return { cluster, secrets, crash, writes: () => writes };
}

function aWorld() {
  const world = { ...aCluster(), issuer: anIssuer(), time: { now: Date.parse('2026-01-01') } };
  const { cluster, issuer, time } = world;
  const turn = reconcileServingCertificate({ cluster, issuer, names, clock: () => new Date(time.now) });
  const data = (name: string) => world.secrets.get(name)?.data ?? {};
  /** What clients would find: the serving certificate is of an authority in the bundle, and counts now. */
  const isTrusted = (bundle = data('conclave-server-tls')['ca.crt'] ?? '') => {
    const serving = data('conclave-server-tls')['tls.crt'] ?? '';
    const inspected = issuer.inspect({ certificate: serving });
    const isKnown = bundle.split('\n').some((authority) => authority !== '' && issuer.isSignedBy(serving, authority));
    return isKnown && inspected !== undefined && inspected.notAfter.getTime() > time.now;
  };
  return { ...world, turn, data, isTrusted };
}

describe('reconcileServingCertificate', () => {
  it('makes an authority and a certificate, and then rests', async () => {
    const { turn, isTrusted, writes, secrets } = aWorld();
    expect(await turn()).toEqual({ requeueAfterMs: 60 * 60 * 1000 });
    expect(isTrusted()).toBe(true);
    expect(secrets.get('conclave-server-tls')?.type).toBe('kubernetes.io/tls');
    await turn();
    expect(writes()).toBe(2);
  });

  it('renews the certificate after two thirds of its time, by the same authority', async () => {
    const { turn, time, data } = aWorld();
    await turn();
    const before = data('conclave-server-tls')['tls.crt'];
    const authority = data('conclave-ca')['tls.crt'];
    time.now += 59 * dayMs;
    await turn();
    expect(data('conclave-server-tls')['tls.crt']).toBe(before);
    time.now += 2 * dayMs;
    await turn();
    expect(data('conclave-server-tls')['tls.crt']).not.toBe(before);
    expect(data('conclave-ca')['tls.crt']).toBe(authority);
  });

  it('changes the authority so that whoever took the bundle up to two weeks ago trusts the server all the time', async () => {
    const { turn, time, data, isTrusted } = aWorld();
    await turn();
    const bundles: string[] = [];
    const authorities = new Set<string>();
    time.now += 2400 * dayMs;
    for (let day = 0; day < 400; day += 1) {
      await turn();
      bundles.push(data('conclave-server-tls')['ca.crt'] ?? '');
      authorities.add(data('conclave-ca')['tls.crt'] ?? '');
      for (const bundle of bundles.slice(-14)) expect(isTrusted(bundle)).toBe(true);
      time.now += dayMs;
    }
    expect(authorities.size).toBe(2);
    expect(Object.keys(data('conclave-ca')).sort()).toEqual(['tls.crt', 'tls.key']);
    expect(data('conclave-server-tls')['ca.crt']).toBe(`${data('conclave-ca')['tls.crt']}\n`);
  });

  it.each(['tls.crt', 'tls.key', 'ca.crt'])('mends %s of the certificate when someone spoilt it', async (key) => {
    const { turn, secrets, data, isTrusted } = aWorld();
    await turn();
    const stored = secrets.get('conclave-server-tls')!;
    secrets.set(stored.name, { ...stored, data: { ...stored.data, [key]: 'spoilt' } });
    await turn();
    expect(data('conclave-server-tls')[key]).not.toBe('spoilt');
    expect(isTrusted()).toBe(true);
  });

  it('begins anew when the authority is lost', async () => {
    const { turn, secrets, isTrusted } = aWorld();
    await turn();
    secrets.delete('conclave-ca');
    await turn();
    expect(isTrusted()).toBe(true);
  });

  describe.each([true, false])('crashing before the write: %s', (before) => {
    it.each([1, 2, 3, 4, 5, 6, 7])('converges when write %i crashes', async (atWrite) => {
      const { turn, time, crash, isTrusted, data } = aWorld();
      Object.assign(crash, { atWrite, before });
      for (let step = 0; step < 6; step += 1) {
        await turn().catch(() => undefined);
        await turn();
        expect(isTrusted()).toBe(true);
        time.now += 700 * dayMs;
      }
      expect(Object.keys(data('conclave-ca'))).toContain('tls.key');
    });
  });

  it('gives way to another who writes at the same time', async () => {
    const { cluster, issuer, time, secrets, isTrusted } = aWorld();
    const both = [1, 2].map(() =>
      reconcileServingCertificate({ cluster, issuer, names, clock: () => new Date(time.now) }),
    );
    const ends = await Promise.allSettled(both.map((turn) => turn()));
    expect(ends.some(({ status }) => status === 'rejected')).toBe(true);
    await both[0]!();
    expect(isTrusted()).toBe(true);
    expect(secrets.size).toBe(2);
  });
});

describe('planCertificates', () => {
  it('trusts the previous authority until the last certificate of it is over', () => {
    const began = Date.parse('2026-01-01');
    const after = (days: number) => {
      const now = new Date(began + days * dayMs);
      const authority = {
        current: { notBefore: new Date(began), notAfter: new Date('2036-01-01') },
        previous: { notBefore: new Date('2019-01-01'), notAfter: new Date('2029-01-01') },
      };
      const validity = { notBefore: now, notAfter: new Date(now.getTime() + 90 * dayMs) };
      const serving = { validity, names, isSignedByCurrent: true, hasWholeBundle: true };
      return planCertificates({ now, names, authority, serving }).kind;
    };
    expect(after(14 + 89)).toBe('rest');
    expect(after(14 + 91)).toBe('dropPrevious');
  });

  it('looks again when the next renewal is due, but at least every hour', () => {
    const now = new Date('2026-01-01');
    const validity = {
      notBefore: new Date(now.getTime() - 60 * dayMs + 60_000),
      notAfter: new Date(now.getTime() + 30 * dayMs + 60_000),
    };
    const authority = { current: { notBefore: now, notAfter: new Date('2036-01-01') } };
    const serving = { validity, names, isSignedByCurrent: true, hasWholeBundle: true };
    expect(planCertificates({ now, names, authority, serving })).toEqual({ kind: 'rest', requeueAfterMs: 60_000 });
  });
});
