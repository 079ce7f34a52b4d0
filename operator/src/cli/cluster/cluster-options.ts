import type { Command } from 'commander';
import { group } from '../../api/api-version.ts';
import type { CommandContext } from '../command.ts';
import { Failure } from '../failure.ts';
import type { Account, ClusterClient } from './account.ts';
import { explainRefusal, explainUnknownKind, isUnknownKind } from './explain-refusal.ts';
import type { Person } from './person.ts';

/** Which cluster, and which namespace of it. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** Which cluster, and which namespaces of it. */
export interface NamespacesOptions extends ClusterOptions {
  readonly allNamespaces?: boolean;
}

/** Gives a command the options that say which cluster is meant, as kubectl has them. */
export function addClusterOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', "namespace; the context's by default")
    .option('--kubeconfig <file>', 'how to reach the cluster; KUBECONFIG, else ~/.kube/config')
    .option('--context <name>', 'context of the kubeconfig');
}

/** The same for a command that may look into all namespaces. */
export function addNamespacesOptions(command: Command): Command {
  return addClusterOptions(command).option('-A, --all-namespaces', 'in all namespaces');
}

/** The namespace that the options mean; none stands for all. */
export function selectedNamespace(
  { namespace, allNamespaces = false }: NamespacesOptions,
  account: Pick<Account, 'namespace'>,
): { readonly namespace?: string } {
  return allNamespaces ? {} : { namespace: namespace ?? account.namespace };
}

/** Works in the cluster, and tells what it objects to as a failure that a person can mend. */
export async function withAccount(
  { kubeconfig, context }: ClusterOptions,
  { version }: CommandContext,
  work: (account: Account) => Promise<void>,
): Promise<void> {
  const { openAccount } = await import('../../kube/account.ts');
  const account = await openAccount({ kubeconfig, context, version }).catch((error: unknown) => {
    throw failureOf(error);
  });
  try {
    await work(account);
  } catch (error) {
    throw isUnknownKind(error) ? await unknownKind(account.client, error) : failureOf(error);
  } finally {
    await account.close();
  }
}

/** The same for what people decide. */
export function withPerson(
  options: ClusterOptions,
  context: CommandContext,
  work: (person: Person) => Promise<void>,
): Promise<void> {
  return withAccount(options, context, ({ person }) => work(person));
}

function failureOf(error: unknown): unknown {
  const details = explainRefusal(error);
  return details === undefined ? error : new Failure(details);
}

async function unknownKind(client: ClusterClient, error: unknown): Promise<unknown> {
  const served = await servedVersions(client);
  return served === undefined ? failureOf(error) : new Failure(explainUnknownKind(served));
}

/** The versions of Conclave's kinds that the API server serves; undefined when it does not say. */
export async function servedVersions(client: ClusterClient): Promise<readonly string[] | undefined> {
  try {
    const { versions = [] } = JSON.parse(await client.getText(`/apis/${group}`)) as {
      readonly versions?: readonly { readonly version: string }[];
    };
    return versions.map((each) => each.version);
  } catch (error) {
    return error instanceof Error && error.name === 'NotFound' ? [] : undefined;
  }
}
