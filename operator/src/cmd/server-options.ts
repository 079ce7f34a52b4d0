import { parseArgs } from 'node:util';
import { logLevels, type LogLevel } from '../telemetry/logger.ts';
import { logLevel, type Range, UsageError, wholeNumber } from './flag-values.ts';

/** Where artifacts are kept when that is not the data folder. */
export interface S3Options {
  readonly bucket: string;
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly prefix: string;
}

/** How the server was told to run. */
export interface ServerOptions {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly dataFolder: string;
  readonly s3: S3Options | undefined;
  readonly port: number;
  readonly healthPort: number;
  readonly tlsFolder: string;
  readonly operatorAccount: string;
  readonly maxArtifactBytes: number;
  readonly reserveBytes: number;
  readonly artifactRetentionMs: number;
  readonly eventRetentionMs: number;
  readonly logLevel: LogLevel;
}

export const serverUsage = `usage: conclave-server [flags]

Every flag can be given as an environment variable too: --health-port as CONCLAVE_HEALTH_PORT. Credentials for S3 come
from where the AWS tools look for them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the pod's identity.
  --data DIR                  the database, and the artifacts unless S3 has them; /var/lib/conclave by default
  --s3-bucket NAME            keep artifacts in this bucket
  --s3-endpoint URL           of an S3 that is not Amazon's
  --s3-region NAME            us-east-1 by default
  --s3-prefix TEXT            what the keys begin with; artifacts/ by default
  --port PORT                 HTTPS; 8443 by default, 0 for any free one
  --health-port PORT          /healthz, /readyz and /metrics; 9090 by default, 0 for any free one
  --tls-dir DIR               tls.crt and tls.key, read again when they change; /etc/conclave/tls by default
  --operator-account NAME     user name of the operator; its service account in conclave-system by default
  --max-artifact-bytes N      largest artifact; 1 GiB by default
  --reserve-bytes N           disk space that artifacts leave free; 64 MiB by default
  --artifact-retention-hours N  time that artifacts stay after the last reference is gone; 24 by default
  --event-retention-hours N   time that events are kept; 720 by default
  --kubeconfig FILE           how to reach the cluster; KUBECONFIG, else the pod's service account
  --context NAME              context of the kubeconfig
  --log-level LEVEL           ${logLevels.join(', ')}; info by default`;

const flagNames = [
  ...['data', 's3-bucket', 's3-endpoint', 's3-region', 's3-prefix', 'port', 'health-port', 'tls-dir'],
  ...['operator-account', 'max-artifact-bytes', 'reserve-bytes', 'artifact-retention-hours', 'event-retention-hours'],
  ...['kubeconfig', 'context', 'log-level'],
];
const flags = Object.fromEntries(flagNames.map((name) => [name, { type: 'string' as const }]));

const hourMs = 60 * 60 * 1000;
const hours = { min: 0, max: 200_000 };
const bytes = { min: 0, max: 1e15 };

/** Reads the command line, then the environment. @throws UsageError */
export function parseServerOptions(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServerOptions {
  const values = parseFlags(words);
  const read = (flag: string): string | undefined =>
    values[flag] ?? environment[`CONCLAVE_${flag.toUpperCase().replaceAll('-', '_')}`];
  const number = (flag: string, standard: number, range: Range): number =>
    wholeNumber(flag, read(flag) ?? String(standard), range);
  return {
    kubeconfig: read('kubeconfig'),
    context: read('context'),
    dataFolder: read('data') ?? '/var/lib/conclave',
    s3: s3Options(read),
    port: number('port', 8443, { min: 0, max: 65_535 }),
    healthPort: number('health-port', 9090, { min: 0, max: 65_535 }),
    tlsFolder: read('tls-dir') ?? '/etc/conclave/tls',
    operatorAccount: read('operator-account') ?? 'system:serviceaccount:conclave-system:conclave-operator',
    maxArtifactBytes: number('max-artifact-bytes', 2 ** 30, bytes),
    reserveBytes: number('reserve-bytes', 64 * 2 ** 20, bytes),
    artifactRetentionMs: number('artifact-retention-hours', 24, hours) * hourMs,
    eventRetentionMs: number('event-retention-hours', 720, hours) * hourMs,
    logLevel: logLevel(read('log-level') ?? 'info'),
  };
}

function s3Options(read: (flag: string) => string | undefined): S3Options | undefined {
  const bucket = read('s3-bucket');
  if (bucket === undefined) return undefined;
  const endpoint = read('s3-endpoint');
  return { bucket, endpoint, region: read('s3-region') ?? 'us-east-1', prefix: read('s3-prefix') ?? 'artifacts/' };
}

function parseFlags(words: readonly string[]): Readonly<Record<string, string | undefined>> {
  try {
    return parseArgs({ args: [...words], options: flags, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${serverUsage}`);
  }
}
