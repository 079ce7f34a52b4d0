import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

/** A certificate and its key, as PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

/** When a certificate counts. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const serverAuthentication = objectIdentifier('1.3.6.1.5.5.7.3.1');
const commonName = objectIdentifier('2.5.4.3');
const serialBytes = 16;

/** A new certificate authority: ECDSA P-256, for certificates of servers alone. */
export function makeAuthority(validity: Validity): CertifiedKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyId = keyIdOf(publicKey);
  // The key's id in the name: during a rotation there are two, and whoever verifies finds the right one by its name.
  const name = nameOf(`Conclave CA ${keyId.toString('hex').slice(0, 8)}`);
  const extensions = [
    extension('2.5.29.19', sequence(boolean(true), integer(Buffer.of(0))), 'critical'), // an authority, of no other ones
    extension('2.5.29.15', bitString(Buffer.of(0x06), 1), 'critical'), // signs certificates and revocations
    extension('2.5.29.14', octetString(keyId)),
  ];
  const certificate = certify({ publicKey, subject: name, issuer: name, validity, extensions }, privateKey);
  return { certificate, key: pemOf(privateKey) };
}

/** A new key and its certificate for a server that is reached under these DNS names. */
export function issueServing(
  authority: CertifiedKey,
  { names, ...validity }: Validity & { readonly names: readonly string[] },
): CertifiedKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = new X509Certificate(authority.certificate);
  const signingKey = createPrivateKey(authority.key);
  const dnsNames = names.map((name) => tagged(2, Buffer.from(name, 'ascii'), 'primitive'));
  const extensions = [
    extension('2.5.29.19', sequence(), 'critical'), // no authority
    extension('2.5.29.15', bitString(Buffer.of(0x80), 7), 'critical'), // signs handshakes
    extension('2.5.29.37', sequence(serverAuthentication)),
    extension('2.5.29.17', sequence(...dnsNames)),
    extension('2.5.29.14', octetString(keyIdOf(publicKey))),
    extension('2.5.29.35', sequence(tagged(0, keyIdOf(signer.publicKey), 'primitive'))),
  ];
  const issuer = nameOf(signer.subject.replace(/^CN=/, ''));
  const subject = nameOf('conclave-server');
  const certificate = certify({ publicKey, subject, issuer, validity, extensions }, signingKey);
  return { certificate, key: pemOf(privateKey) };
}

interface CertificateContent {
  readonly publicKey: KeyObject;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly validity: Validity;
  readonly extensions: readonly Buffer[];
}

/** A certificate of X.509 version 3 (RFC 5280, section 4.1), signed. */
function certify(
  { publicKey, subject, issuer, validity, extensions }: CertificateContent,
  signingKey: KeyObject,
): string {
  const content = sequence(
    tagged(0, integer(Buffer.of(2)), 'constructed'),
    integer(aSerial()),
    ecdsaWithSha256,
    issuer,
    sequence(time(validity.notBefore), time(validity.notAfter)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions), 'constructed'),
  );
  const der = sequence(content, ecdsaWithSha256, bitString(sign('sha256', content, signingKey)));
  return new X509Certificate(der).toString();
}

function extension(id: string, value: Buffer, weight: 'critical' | 'optional' = 'optional'): Buffer {
  const critical = weight === 'critical' ? [boolean(true)] : [];
  return sequence(objectIdentifier(id), ...critical, octetString(value));
}

function nameOf(name: string): Buffer {
  return sequence(set(sequence(commonName, utf8String(name))));
}

/** Random, positive, and without leading zeros, which DER forbids. */
function aSerial(): Buffer {
  const bytes = randomBytes(serialBytes);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** RFC 7093: 160 bits of the SHA-256 of the public key. */
function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
