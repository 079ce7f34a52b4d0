/** The Go that builds the binaries. */
import { tryCommand } from './run-command.ts';

const oldest = { major: 1, minor: 26 };

/** What is wrong with the Go in PATH, and what to do; undefined when it can build. */
export async function findGoProblem(): Promise<{ problem: string; remedy: string } | undefined> {
  const wanted = `Go ${oldest.major}.${oldest.minor} or newer`;
  const remedy = 'install it from https://go.dev/dl and put it into PATH';
  const { status, stdout } = await tryCommand('go', ['env', 'GOVERSION']);
  if (status !== 0) return { problem: `${wanted} is missing (it builds the cluster's programs)`, remedy };
  if (isNewEnoughGo(stdout.trim())) return undefined;
  return { problem: `${wanted} is needed, this is ${stdout.trim()}`, remedy };
}

/** Whether `go1.26.8` and the like can build the binaries. */
export function isNewEnoughGo(version: string): boolean {
  const [major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor);
}
