import { group, version } from '../../api/api-version.ts';
import { exitCodes } from '../exit-codes.ts';
import type { FailureDetails } from '../failure.ts';
import { failureCodes } from '../failure.ts';

/** What was asked of the API server, where an error says it. */
interface RefusedRequest {
  readonly verb?: string;
  readonly resource?: string;
}

/** What the API server objects to; undefined for what it did not say. */
export function explainRefusal(error: unknown): FailureDetails | undefined {
  if (!(error instanceof Error)) return undefined;
  const known = refusals[error.name];
  if (known === undefined) return undefined;
  const { message, hint } = wordsOf(error);
  return { ...known, reason: error.name, message, ...(hint !== undefined && { hint }) };
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
  AlreadyExists: { exitCode: invalid, code: isInvalid },
  Invalid: { exitCode: invalid, code: isInvalid },
  Conflict: { exitCode: invalid, code: isInvalid },
};

/** A policy's own words are enough: they say what was wrong and what to do. */
function wordsOf(error: Error): { readonly message: string; readonly hint?: string | undefined } {
  const [, words] = /denied request: (.*?)(?: \(\d{3}[^)]*\))?(?: — .*)?$/s.exec(error.message) ?? [];
  if (words !== undefined) return { message: words };
  const [message = '', hint] = splitHint(error.message);
  return { message, hint: hintFor(error) ?? hint };
}

/** An error of the API server ends with what to do, behind a dash. */
function splitHint(message: string): readonly string[] {
  const at = message.lastIndexOf(' — ');
  return at === -1 ? [message] : [message.slice(0, at), message.slice(at + 3)];
}

/** What a person does about it: the errors' own words speak to whoever runs a program. */
function hintFor(error: Error): string | undefined {
  if (error.name === 'Unauthorized')
    return 'the credentials of this context are wrong or have expired: log in again, then try `kubectl auth whoami`';
  if (error.name === 'Forbidden') return rightsHint((error as { readonly target?: RefusedRequest }).target);
  if (error.name === 'Invalid' && error.message.includes('unknown field'))
    return 'the CRDs of this cluster may be of another version than this program: see conclave doctor';
  return undefined;
}

const readingVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** Which role of Kubernetes or of Conclave brings the right that is missing. */
function rightsHint({ verb = '', resource = '' }: RefusedRequest = {}): string | undefined {
  const isReading = readingVerbs.has(verb);
  if (resource.includes(`.${group}`))
    return `ask for a RoleBinding to the ClusterRole ${isReading ? 'conclave-viewer' : 'conclave-editor'} in this namespace`;
  return isReading ? 'ask for a RoleBinding to the ClusterRole view in this namespace' : undefined;
}

/** Whether the API server says that it knows no such kind at all: a missing object is named. */
export function isUnknownKind(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'NotFound') return false;
  const { said = '' } = error as { readonly said?: string };
  return said.startsWith('the server could not find the requested resource') || said.startsWith('404 page not found');
}

/** Why the API server knows a kind of Conclave not: the versions that it serves of them say so. */
export function explainUnknownKind(served: readonly string[]): FailureDetails {
  const failure = { exitCode: exitCodes.invalid, code: failureCodes.invalid } as const;
  if (served.length === 0)
    return {
      ...{ ...failure, reason: 'NotInstalled' },
      message: `Conclave is not installed on this cluster: it has no CRDs of ${group}`,
      hint: 'install them (docs/guide/operator.md), or choose another cluster with --context',
    };
  if (!served.includes(version))
    return {
      ...{ ...failure, reason: 'VersionMismatch' },
      message: `this program speaks ${group}/${version}, and the cluster serves ${served.join(', ')}`,
      hint: 'use the program of the version that the cluster has, or upgrade the cluster: see conclave doctor',
    };
  return {
    ...{ ...failure, reason: 'CrdMissing' },
    message: `a CRD of ${group} is missing on this cluster`,
    hint: 'install the CRDs of this version anew: conclave doctor says which is missing',
  };
}
