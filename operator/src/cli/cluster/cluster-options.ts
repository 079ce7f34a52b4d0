import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes, type FailureDetails } from '../failure.ts';
import type { Person } from './person.ts';

/** Which cluster, and which namespace of it. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** Gives a command the options that say which cluster is meant, as kubectl has them. */
export function addClusterOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', "namespace; the context's by default")
    .option('--kubeconfig <file>', 'how to reach the cluster; KUBECONFIG, else ~/.kube/config')
    .option('--context <name>', 'context of the kubeconfig');
}

/** Works in the cluster, and tells what it objects to as a failure that a person can mend. */
export async function withPerson(
  { kubeconfig, context }: ClusterOptions,
  { version }: CommandContext,
  work: (person: Person) => Promise<void>,
): Promise<void> {
  const { openDecisions } = await import('../../kube/decision-access.ts');
  try {
    const person = await openDecisions({ kubeconfig, context, version });
    try {
      await work(person);
    } finally {
      await person.close();
    }
  } catch (error) {
    const details = explainRefusal(error);
    throw details === undefined ? error : new Failure(details);
  }
}

/** What the API server objects to; undefined for what it did not say. */
export function explainRefusal(error: unknown): FailureDetails | undefined {
  if (!(error instanceof Error)) return undefined;
  const known = refusals[error.name];
  return known && { ...known, reason: error.name, message: withoutPreamble(error) };
}

const { invalid, usage } = exitCodes;
const { storeUnavailable, permissionDenied, invalid: isInvalid } = failureCodes;

/** By the name of the error: the classes belong to a folder that is loaded only when it is needed. */
const refusals: Readonly<Record<string, Pick<FailureDetails, 'exitCode' | 'code'>>> = {
  KubeconfigError: { exitCode: usage, code: isInvalid },
  Unreachable: { exitCode: usage, code: storeUnavailable },
  ServerError: { exitCode: usage, code: storeUnavailable },
  TooManyRequests: { exitCode: usage, code: storeUnavailable },
  Unauthorized: { exitCode: invalid, code: permissionDenied },
  Forbidden: { exitCode: invalid, code: permissionDenied },
  NotFound: { exitCode: invalid, code: isInvalid },
  Invalid: { exitCode: invalid, code: isInvalid },
  Conflict: { exitCode: invalid, code: isInvalid },
};

/** A policy's own words are enough: they say what was wrong and what to do. */
function withoutPreamble({ message }: Error): string {
  const [, words] = /denied request: (.*?)(?: \(\d{3}[^)]*\))?(?: — .*)?$/s.exec(message) ?? [];
  return words ?? message;
}
