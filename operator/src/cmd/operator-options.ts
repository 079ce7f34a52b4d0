import { parseArgs } from 'node:util';
import { logLevels, type LogLevel } from '../telemetry/logger.ts';
import { engineFlags, type EngineOptions, engineUsage, parseEngineOptions } from './engine-options.ts';
import { logLevel, UsageError, wholeNumber } from './flag-values.ts';

/** How the operator was told to run. */
export interface OperatorOptions {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** The namespaces it watches, each once; all when undefined. */
  readonly namespaces: readonly string[] | undefined;
  readonly leaseNamespace: string;
  readonly leaseName: string;
  readonly identity: string;
  readonly healthPort: number;
  readonly logLevel: LogLevel;
  /** Reconciles that run at the same time, for each kind. */
  readonly workers: number;
  readonly engine: EngineOptions;
}

export const usage = `usage: conclave-operator [flags]

Every flag can be given as an environment variable too: --health-port as CONCLAVE_HEALTH_PORT.
  --kubeconfig FILE       how to reach the cluster; KUBECONFIG, else the pod's service account
  --context NAME          context of the kubeconfig
  --namespace NAME        watch this namespace only; may be repeated, or name several with commas; all by default
  --lease-namespace NAME  where the leader's Lease is; conclave-system by default
  --lease-name NAME       name of that Lease; conclave-operator by default
  --identity NAME         of this replica; the host's name and process id by default
  --health-port PORT      /healthz, /readyz and /metrics; 9090 by default, 0 for any free one
  --log-level LEVEL       ${logLevels.join(', ')}; info by default
  --workers N             reconciles at the same time, for each kind; 16 by default
${engineUsage}`;

const flags = {
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  namespace: { type: 'string', multiple: true },
  'lease-namespace': { type: 'string' },
  'lease-name': { type: 'string' },
  identity: { type: 'string' },
  'health-port': { type: 'string' },
  'log-level': { type: 'string' },
  workers: { type: 'string' },
  ...engineFlags,
} as const;
type Flag = keyof typeof flags;

/** Reads the command line, then the environment. @throws UsageError */
export function parseOperatorOptions(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  defaultIdentity: string,
): OperatorOptions {
  const { namespace, ...values } = parseFlags(words);
  const read = (flag: Exclude<Flag, 'namespace'>): string | undefined =>
    values[flag] ?? environment[`CONCLAVE_${flag.toUpperCase().replaceAll('-', '_')}`];
  const leaseNamespace = read('lease-namespace') ?? 'conclave-system';
  return {
    kubeconfig: read('kubeconfig'),
    context: read('context'),
    namespaces: readNamespaces(namespace, environment['CONCLAVE_NAMESPACE']),
    leaseNamespace,
    leaseName: read('lease-name') ?? 'conclave-operator',
    identity: read('identity') ?? defaultIdentity,
    healthPort: wholeNumber('health-port', read('health-port') ?? '9090', { min: 0, max: 65_535 }),
    logLevel: logLevel(read('log-level') ?? 'info'),
    workers: wholeNumber('workers', read('workers') ?? '16', { min: 1, max: 1000 }),
    engine: parseEngineOptions(read, leaseNamespace),
  };
}

/**
 * Names with commas between them. An empty variable is as none; an empty flag, of a script perhaps, must not mean all.
 * @throws UsageError
 */
function readNamespaces(given: readonly string[] | undefined, variable = ''): readonly string[] | undefined {
  if (given === undefined && variable === '') return undefined;
  const names = (given?.join() ?? variable).split(',').map((name) => name.trim());
  const wrong = names.find((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined) throw new UsageError(`--namespace takes names of namespaces, not '${wrong}'`);
  return [...new Set(names)];
}

function parseFlags(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: flags, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}
