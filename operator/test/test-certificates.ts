import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testKubeconfig } from './test-cluster.ts';

/** A client certificate and its key, in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * A certificate by which the API server takes its bearer for `user`, whatever characters that name has. openssl refuses
 * names that the API server accepts, so that the certificate is put together here (RFC 5280, version 1).
 * @throws Error on a cluster whose authority is not at hand
 */
export function signClientCertificate(user: string): ClientCertificate {
  const authority = readAuthority();
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = 24 * 60 * 60 * 1000;
  const body = sequence(
    element(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    subjectOf(new X509Certificate(authority.certificate).raw),
    sequence(utcTime(Date.now() - day), utcTime(Date.now() + day)),
    nameOf(user),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, createPrivateKey(authority.key));
  const der = sequence(body, ecdsaWithSha256, element(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The authority of an embedded cluster lies beside its kubeconfig. */
function readAuthority(): { readonly certificate: Buffer; readonly key: Buffer } {
  const folder = join(dirname(testKubeconfig()), 'pki');
  if (!existsSync(folder)) throw new Error(`${folder} is missing: these tests need a cluster that hack/up started`);
  return { certificate: readFileSync(join(folder, 'ca.crt')), key: readFileSync(join(folder, 'ca.key')) };
}

function element(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = Buffer.from(length.toString(16).padStart(length < 0x100 ? 2 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 + digits.length]), digits]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => element(0x30, Buffer.concat(parts));

/** OBJECT IDENTIFIER 1.2.840.10045.4.3.2. */
const ecdsaWithSha256 = sequence(element(0x06, Buffer.from('2a8648ce3d040302', 'hex')));

const utcTime = (ms: number): Buffer =>
  element(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));

/** A name with nothing but the common name 2.5.4.3, as UTF-8. */
const nameOf = (user: string): Buffer =>
  sequence(element(0x31, sequence(element(0x06, Buffer.from('550403', 'hex')), element(0x0c, Buffer.from(user)))));

/** The subject of a certificate of version 3, as it stands there: the sixth field of its body. */
function subjectOf(certificate: Buffer): Buffer {
  let at = contentAt(certificate, contentAt(certificate, 0));
  for (let field = 0; field < 5; field += 1) at = endOf(certificate, at);
  return certificate.subarray(at, endOf(certificate, at));
}

/** Where the content of the element at `at` begins. */
function contentAt(der: Buffer, at: number): number {
  const first = der.readUInt8(at + 1);
  return at + 2 + (first < 0x80 ? 0 : first - 0x80);
}

function endOf(der: Buffer, at: number): number {
  const start = contentAt(der, at);
  const length = start === at + 2 ? der.readUInt8(at + 1) : der.readUIntBE(at + 2, start - at - 2);
  return start + length;
}
