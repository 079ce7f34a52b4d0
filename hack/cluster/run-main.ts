import { ClusterError } from './cluster-error.ts';

/** A command line that cannot be understood; ends the command with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs a command's work; failures that the user can mend are printed without a stack, with what to do. */
export async function runMain(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(describeFailure(error));
    process.exitCode = isUsageError(error) ? 2 : 1;
  }
}

function describeFailure(error: unknown): string {
  if (error instanceof ClusterError) {
    return `conclave: ${error.message}${error.hint === undefined || error.hint === '' ? '' : `\n  to do: ${error.hint}`}`;
  }
  if (isUsageError(error)) return `conclave: ${error.message}`;
  return `conclave: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Ours, or what parseArgs says about flags it does not know. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
