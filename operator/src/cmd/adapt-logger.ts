import type { OperatorShellOptions } from '../kube/operator-shell.ts';
import { logLevels, type Logger, type LogLevel } from '../telemetry/logger.ts';

/** Our logger as the shell's library wants it: messages without fields. */
export function adaptLogger(logger: Logger): OperatorShellOptions['logger'] {
  const write = (level: LogLevel) => (message: string) => logger[level]({}, message);
  return Object.fromEntries(
    logLevels.map((level) => [level, write(level)]),
  ) as unknown as OperatorShellOptions['logger'];
}
