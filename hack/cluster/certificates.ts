/** The instance's certificate authority and what it signs, made with openssl. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

/** A certificate to make: `subject` in openssl's form (`/O=group/CN=user`), alternative names as `IP:…` and `DNS:…`. */
export interface CertificateRequest {
  readonly name: string;
  readonly subject: string;
  readonly alternativeNames?: readonly string[];
}

const validDays = '3650';
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** The paths of a certificate and its key in a folder. */
export function certificateFiles(folder: string, name: string): { certificate: string; key: string } {
  return { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

/** Makes the authority `ca`, the key `sa` that signs service account tokens, and the certificates that are missing. */
export async function makeCertificates(folder: string, requests: readonly CertificateRequest[]): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = certificateFiles(folder, 'ca');
  if (!existsSync(authority.certificate)) {
    await selfSign(folder);
    await runCommand('openssl', [
      'ecparam',
      '-name',
      'prime256v1',
      '-genkey',
      '-noout',
      '-out',
      join(folder, 'sa.key'),
    ]);
  }
  await Promise.all(requests.map((request) => sign(folder, request)));
}

async function selfSign(folder: string): Promise<void> {
  const { certificate, key } = certificateFiles(folder, 'ca');
  const extensions = ['-addext', 'keyUsage=critical,keyCertSign,digitalSignature'];
  await runCommand('openssl', [
    ...['req', '-x509', ...newKey, '-keyout', key, '-out', `${certificate}.new`, '-subj', '/CN=conclave-ca'],
    ...['-days', validDays, ...extensions],
  ]);
  copyFileSync(`${certificate}.new`, certificate);
  rmSync(`${certificate}.new`);
}

async function sign(folder: string, { name, subject, alternativeNames = [] }: CertificateRequest): Promise<void> {
  const { certificate, key } = certificateFiles(folder, name);
  if (existsSync(certificate)) return;
  const authority = certificateFiles(folder, 'ca');
  const extensions = ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=serverAuth,clientAuth'];
  if (alternativeNames.length > 0) extensions.push(`subjectAltName=${alternativeNames.join(',')}`);
  const extensionsFile = join(folder, `${name}.ext`);
  const requestFile = join(folder, `${name}.csr`);
  writeFileSync(extensionsFile, `${extensions.join('\n')}\n`);
  await runCommand('openssl', ['req', ...newKey, '-keyout', key, '-out', requestFile, '-subj', subject]);
  await runCommand('openssl', [
    ...['x509', '-req', '-in', requestFile, '-CA', authority.certificate, '-CAkey', authority.key],
    ...['-set_serial', `0x${serialNumber()}`, '-days', validDays, '-extfile', extensionsFile, '-out', certificate],
  ]);
  rmSync(extensionsFile);
  rmSync(requestFile);
}

/** Random, because certificates are signed at once and a counter in a file would be a race. */
function serialNumber(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(15)))
    .toString('hex')
    .padStart(32, '01');
}

/** A kubeconfig with everything inside it, for the user of a certificate. */
export function renderKubeconfig(folder: string, user: string, server: string): string {
  const { certificate, key } = certificateFiles(folder, user);
  const encoded = (file: string): string => readFileSync(file).toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'conclave',
        cluster: { server, 'certificate-authority-data': encoded(certificateFiles(folder, 'ca').certificate) },
      },
    ],
    users: [{ name: user, user: { 'client-certificate-data': encoded(certificate), 'client-key-data': encoded(key) } }],
    contexts: [{ name: 'conclave', context: { cluster: 'conclave', user } }],
    'current-context': 'conclave',
  };
  return `${JSON.stringify(kubeconfig, undefined, 2)}\n`; // JSON is YAML
}
