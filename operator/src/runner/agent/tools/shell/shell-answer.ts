/** How a command ended (`run_command` of the launcher), or why it was not begun. */
export type ShellAnswer =
  | {
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly isTimedOut: boolean;
      readonly output: string;
    }
  | { readonly refusal: string };

/** Whether a document is an answer. Schemas would take longer to load than a command takes. */
export function isShellAnswer(given: unknown): given is ShellAnswer {
  if (typeof given !== 'object' || given === null) return false;
  const { refusal, output, isTimedOut, exitCode, signal } = given as Record<string, unknown>;
  if (typeof refusal === 'string') return true;
  if (typeof output !== 'string' || typeof isTimedOut !== 'boolean') return false;
  return (exitCode === null || typeof exitCode === 'number') && (signal === null || typeof signal === 'string');
}
