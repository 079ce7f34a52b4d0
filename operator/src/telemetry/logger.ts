import { pino, type DestinationStream } from 'pino';

/** How much is logged; each level includes those after it. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Fields that lines have in common; the names are a contract. */
export interface LogFields {
  readonly correlation_id?: string;
  /** UID of the WorkItem. */
  readonly workflow_id?: string;
  /** `namespace/name` of the WorkItem. */
  readonly work_item?: string;
  readonly step?: string;
  readonly role_id?: string;
  readonly status?: string;
  readonly duration_ms?: number;
  readonly [field: string]: unknown;
}

/** Writes one line of JSON for each call. An error goes into `err`, with its causes. */
export type Logger = { readonly [level in LogLevel]: (fields: LogFields, message: string) => void } & {
  child(fields: LogFields): Logger;
};

/** Keys whose values are never logged, wherever they stand in the first two levels. */
const secretKeys = ['authorization', 'token', 'password', 'apiKey', 'api_key', 'secret'];

/** A logger that writes JSON Lines, to standard output by default. */
export function createLogger(options: { readonly level: LogLevel; readonly destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
    },
    options.destination ?? process.stdout,
  );
}
