/** Where everything lies: binaries are shared by all clones of the repository, state is kept by instance. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClusterError } from './cluster-error.ts';

/** The repository's root folder. */
export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The folder of all state: CONCLAVE_HOME, or ~/.cache/conclave. */
export function conclaveHome(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.CONCLAVE_HOME ?? join(homedir(), '.cache', 'conclave');
}

/** The instance that commands mean when none is named: CONCLAVE_INSTANCE, or `default`. */
export function defaultInstance(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.CONCLAVE_INSTANCE ?? 'default';
}

const instanceName = /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/;

/** The name, when it may name an instance; it becomes part of folders, cgroups and interfaces. */
export function parseInstanceName(name: string): string {
  if (instanceName.test(name)) return name;
  throw new ClusterError(`'${name}' cannot name an instance`, {
    hint: 'use 1 to 30 lower-case letters, digits and dashes, with a letter or digit at both ends',
  });
}

/** The folders and files of one instance. */
export interface InstancePaths {
  readonly name: string;
  readonly folder: string;
  readonly stateFile: string;
  readonly lockFile: string;
  readonly adminKubeconfig: string;
  readonly certificates: string;
  readonly configuration: string;
  readonly logs: string;
  readonly pids: string;
}

/** The paths of an instance, which need not exist. */
export function instancePaths(name: string, home: string = conclaveHome()): InstancePaths {
  const folder = join(home, 'clusters', parseInstanceName(name));
  return {
    name,
    folder,
    stateFile: join(folder, 'instance.json'),
    lockFile: join(home, 'locks', `${name}.lock`),
    adminKubeconfig: join(folder, 'admin.kubeconfig'),
    certificates: join(folder, 'pki'),
    configuration: join(folder, 'conf'),
    logs: join(folder, 'log'),
    pids: join(folder, 'pid'),
  };
}
