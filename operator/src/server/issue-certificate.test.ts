import { X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectCertificate, isSignedBy } from './inspect-certificate.ts';
import { issueServing, makeAuthority } from './issue-certificate.ts';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2055-06-01T12:30:45Z') };
const names = ['conclave-server.conclave-system.svc', 'conclave-server'];

describe('certificates', () => {
  const authority = makeAuthority(validity);
  const serving = issueServing(authority, { ...validity, names });

  it('are valid to the letter, as OpenSSL reads the standard', () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
    writeFileSync(join(folder, 'ca.crt'), authority.certificate);
    writeFileSync(join(folder, 'tls.crt'), serving.certificate);
    const strictly = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.crt'];
    const moment = ['-attime', String(Date.parse('2030-01-01') / 1000), '-verify_hostname', names[0]!];
    expect(execFileSync('openssl', [...strictly, ...moment, 'tls.crt'], { cwd: folder }).toString()).toContain('OK');
    rmSync(folder, { recursive: true });
  });

  it('say what was asked for', () => {
    expect(inspectCertificate({ certificate: serving.certificate, key: serving.key })).toEqual({ ...validity, names });
    expect(inspectCertificate(authority)).toMatchObject(validity);
    expect(new X509Certificate(authority.certificate).ca).toBe(true);
    expect(new X509Certificate(serving.certificate).ca).toBe(false);
  });

  it('have serial numbers and keys of their own', () => {
    const again = issueServing(authority, { ...validity, names });
    expect(new X509Certificate(again.certificate).serialNumber).not.toBe(
      new X509Certificate(serving.certificate).serialNumber,
    );
    expect(again.key).not.toBe(serving.key);
  });

  it('are told apart by who signed them', () => {
    const stranger = makeAuthority(validity);
    expect(isSignedBy(serving.certificate, authority.certificate)).toBe(true);
    expect(isSignedBy(serving.certificate, stranger.certificate)).toBe(false);
    expect(isSignedBy('nonsense', stranger.certificate)).toBe(false);
  });

  it('count as absent when they cannot be read or do not fit their key', () => {
    expect(inspectCertificate({ certificate: 'nonsense' })).toBeUndefined();
    expect(inspectCertificate({ certificate: serving.certificate, key: authority.key })).toBeUndefined();
    expect(inspectCertificate({ certificate: serving.certificate, key: '' })).toBeUndefined();
  });
});
