import { logLevels, type LogLevel } from '../telemetry/logger.ts';

/** What is wrong with the command line or the environment, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Smallest and largest value of a flag. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The value of a flag that takes a whole number. @throws UsageError */
export function wholeNumber(flag: string, text: string, { min, max }: Range): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${flag} takes a whole number from ${min} to ${max}, not '${text}'`);
}

/** The value of `--log-level`. @throws UsageError */
export function logLevel(text: string): LogLevel {
  const level = logLevels.find((each) => each === text);
  if (level !== undefined) return level;
  throw new UsageError(`--log-level takes one of ${logLevels.join(', ')}, not '${text}'`);
}
