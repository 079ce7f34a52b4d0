import process from 'node:process';

/** Where a command reads and writes. Tests give their own. */
export interface Terminal {
  readonly input: AsyncIterable<Uint8Array>;
  out(text: string): void;
  err(text: string): void;
  /** Whether colours may be used, on each stream. */
  readonly colours: { readonly out: boolean; readonly err: boolean };
  /** Characters in a line of the output; unknown where it is no terminal. */
  readonly columns?: number | undefined;
  /** Lines of the output that are seen at once; unknown where it is no terminal, and nothing is drawn anew there. */
  readonly rows?: number | undefined;
}

/** The terminal of this process. A reader that goes away (`| head`) ends no command: the rest is written to nowhere. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  const allowed = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    input: stdin,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    colours: { out: allowed && stdout.isTTY, err: allowed && stderr.isTTY },
    // Undefined, whatever the types say, when the output is a file or a pipe.
    columns: stdout.columns,
    rows: stdout.isTTY && env['TERM'] !== 'dumb' ? stdout.rows : undefined,
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
}
