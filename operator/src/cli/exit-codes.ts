/** What the process answers with; the same for all commands. */
export const exitCodes = {
  good: 0,
  /** Invalid, failed, cancelled or refused. */
  invalid: 1,
  /** The command line is wrong, or what it names cannot be read. */
  usage: 2,
  /** A person has to decide first. */
  waiting: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
