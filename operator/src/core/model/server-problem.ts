import type { AccessProblem } from '../delegation/access-problem.ts';
import { readyReasons } from '../reasons.ts';
import { leaderWorkerSet } from './render-dedicated.ts';

/** Why a server of ours cannot answer. */
export interface ServerProblem {
  readonly reason: string;
  readonly message: string;
}

/** Nobody needs it. */
export const asleep: ServerProblem = {
  reason: readyReasons.asleep,
  message: 'nobody needs it: no pod runs it, and the next step that asks it starts one',
};

/** An object of the name that it needs is another's. */
export const nameTaken = (what: string): ServerProblem => ({
  reason: readyReasons.nameTaken,
  message: `${what} — delete it, or give the Model another name`,
});

const withoutGroups: ServerProblem = {
  reason: readyReasons.leaderWorkerSetMissing,
  message:
    'it spans several nodes, for which the cluster needs LeaderWorkerSets: install https://lws.sigs.k8s.io, or set `nodes: 1`',
};

/** What passes by itself, and how soon to ask the cluster again, in milliseconds. */
const passing: Partial<Readonly<Record<AccessProblem['kind'], number>>> = {
  ...{ absent: 1_000, taken: 1_000, changed: 1_000 },
  unavailable: 5_000,
};

const reasons: Partial<Readonly<Record<AccessProblem['kind'], string>>> = {
  forbidden: readyReasons.forbidden,
  quota: readyReasons.quotaExceeded,
};

/** What keeps an object of a kind from being made, or how soon to ask the cluster again. */
export function explainRefusal(
  { kind: problem, message }: AccessProblem,
  kind: string,
): ServerProblem | { readonly retryAfterMs: number } {
  const retryAfterMs = passing[problem];
  if (retryAfterMs !== undefined) return { retryAfterMs };
  if (problem === 'not-served' && kind === leaderWorkerSet.kind) return withoutGroups;
  return { reason: reasons[problem] ?? readyReasons.objectInvalid, message };
}
