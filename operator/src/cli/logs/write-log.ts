import type { Account } from '../cluster/account.ts';
import { printable } from '../paint.ts';
import type { Terminal } from '../terminal.ts';
import type { LoggedContainer } from './find-containers.ts';

/** How logs are written. */
export interface LogWriting {
  readonly account: Account;
  readonly terminal: Terminal;
  readonly namespace: string;
  /** Says at the beginning of each line which container wrote it. */
  readonly hasPrefix: boolean;
  readonly follow: boolean;
  readonly tailLines?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  readonly timestamps?: boolean | undefined;
}

/** What programs and models write must not steer a terminal. Files and pipes get it as it is. */
function showingLines({ rows }: Terminal): (line: string) => string {
  return rows === undefined ? (line) => line : (line) => line.split('\t').map(printable).join('\t');
}

/** A line without an end is written in parts of this length. */
const longestLine = 65_536;

/** Writes the log of a container, line by line, so that those of several do not run into each other. */
export async function writeLog({ pod, container, path, attempt }: LoggedContainer, writing: LogWriting): Promise<void> {
  const { account, terminal, namespace, hasPrefix, follow, tailLines, sinceSeconds, timestamps } = writing;
  const prefix = hasPrefix ? `[${path}#${attempt} ${container}] ` : '';
  const options = {
    ...{ container, follow },
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(timestamps !== undefined && { timestamps }),
  };
  const shown = showingLines(terminal);
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of account.client.log({ namespace, name: pod }, options)) {
    const lines = `${rest}${decoder.decode(piece, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) {
      lines.push(rest);
      rest = '';
    }
    for (const line of lines) terminal.out(`${prefix}${shown(line)}\n`);
  }
  if (rest !== '') terminal.out(`${prefix}${shown(rest)}\n`);
}
