import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { ServerCertificate } from './create-server.ts';

/** Told of certificates. */
export interface TlsFilesObserver {
  renewed(certificate: ServerCertificate): void;
  /** The files cannot be read or used now; the last good ones stay in use. */
  failed(error: unknown): void;
}

/** Time between two looks at the files, in milliseconds; a mounted Secret changes a minute after the object anyway. */
const intervalMs = 10_000;

/**
 * The certificate (`tls.crt`) and key (`tls.key`) in a folder.
 * @throws Error when they are not there or do not fit together
 */
export async function readTlsFiles(folder: string): Promise<ServerCertificate> {
  const [cert, key] = await Promise.all([
    readFile(join(folder, 'tls.crt'), 'utf8'),
    readFile(join(folder, 'tls.key'), 'utf8'),
  ]);
  createSecureContext({ cert, key });
  return { cert, key };
}

/** Looks at the files again and again, and tells of each change. Answers with how to end it. */
export function watchTlsFiles(
  folder: string,
  {
    current,
    observer,
    everyMs = intervalMs,
  }: { current: ServerCertificate; observer: TlsFilesObserver; everyMs?: number },
): () => void {
  let known = current;
  const look = async (): Promise<void> => {
    try {
      const read = await readTlsFiles(folder);
      if (read.cert === known.cert && read.key === known.key) return;
      known = read;
      observer.renewed(read);
    } catch (error) {
      observer.failed(error);
    }
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return () => clearInterval(timer);
}
