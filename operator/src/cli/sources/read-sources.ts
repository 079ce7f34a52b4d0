import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import type { NamedSource } from '../validate/judge-sources.ts';
import { findSources } from './find-sources.ts';
import { parseSource } from './parse-source.ts';
import { readSource } from './read-source.ts';

/** Bytes of all files together: they are held at the same time, because they may refer to each other. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Reads the manifests of files and folders, the canonical form included.
 * @throws Failure when no file is named, or one cannot be read
 */
export async function readSources(paths: readonly string[], terminal: Terminal): Promise<readonly NamedSource[]> {
  if (paths.length === 0) throw usage('no file is named', 'name a file: -f pipeline.yaml, or -f - for standard input');
  const sources: NamedSource[] = [];
  let bytes = 0;
  for (const file of await findSources(paths)) {
    const read = await readSource(file, terminal.input);
    if (read instanceof Failure) throw read;
    bytes += read.bytes?.length ?? 0;
    if (bytes > MOST_BYTES)
      throw usage(
        `the files hold more than ${MOST_BYTES / 1024 / 1024} MiB together`,
        'name only those that are needed',
      );
    sources.push({ file, ...parseSource(read.bytes) });
  }
  return sources;
}

function usage(message: string, hint: string): Failure {
  return new Failure({ exitCode: exitCodes.usage, code: failureCodes.invalid, reason: 'Usage', message, hint });
}
