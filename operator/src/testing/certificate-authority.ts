import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key, as files and as text. */
export interface IssuedCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority in a folder of its own, made with openssl; for tests. */
export class CertificateAuthority {
  readonly caFile: string;
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.caFile = join(directory, 'ca.crt');
    openssl([
      'req',
      '-x509',
      ...newKey(join(directory, 'ca.key')),
      '-subj',
      '/CN=test-ca',
      '-days',
      '2',
      '-out',
      this.caFile,
    ]);
  }

  /** `subject` as in `/O=system:masters/CN=admin`; `names` as in `IP:127.0.0.1,DNS:localhost`. */
  issue(file: string, subject: string, names = 'IP:127.0.0.1,DNS:localhost'): IssuedCertificate {
    const path = (suffix: string) => join(this.#directory, `${file}.${suffix}`);
    writeFileSync(path('ext'), `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`);
    openssl(['req', ...newKey(path('key')), '-subj', subject, '-out', path('csr')]);
    const signing = ['-CA', this.caFile, '-CAkey', join(this.#directory, 'ca.key'), '-CAcreateserial', '-days', '2'];
    openssl(['x509', '-req', '-in', path('csr'), ...signing, '-extfile', path('ext'), '-out', path('crt')]);
    return {
      certFile: path('crt'),
      keyFile: path('key'),
      cert: readFileSync(path('crt'), 'utf8'),
      key: readFileSync(path('key'), 'utf8'),
    };
  }
}

function newKey(file: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file];
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
