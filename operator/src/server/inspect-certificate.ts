import { createPrivateKey, X509Certificate } from 'node:crypto';

/** What a certificate says. */
export interface InspectedCertificate {
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly names: readonly string[];
}

/** Reads a certificate as PEM; undefined when it cannot be read, or when the key, if one is given, is not its own. */
export function inspectCertificate({
  certificate,
  key,
}: {
  readonly certificate: string;
  readonly key?: string;
}): InspectedCertificate | undefined {
  try {
    const read = new X509Certificate(certificate);
    if (key !== undefined && !read.checkPrivateKey(createPrivateKey(key))) return undefined;
    const names = [...(read.subjectAltName ?? '').matchAll(/DNS:([^,]+)/g)].map(([, name = '']) => name);
    return { notBefore: new Date(read.validFrom), notAfter: new Date(read.validTo), names };
  } catch {
    return undefined; // not PEM, not a certificate, not a key: nothing that could be used
  }
}

/** Whether the authority's key signed the certificate. */
export function isSignedBy(certificate: string, authority: string): boolean {
  try {
    return new X509Certificate(certificate).verify(new X509Certificate(authority).publicKey);
  } catch {
    return false;
  }
}
