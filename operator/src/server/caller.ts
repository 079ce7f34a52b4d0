import type { WorkItemScope } from '../core/records/work-item-scope.ts';
import { Refusal } from './refusal.ts';

/** A user as the API server knows them. */
export interface ReviewedUser {
  readonly username: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Who sent a request. */
export type Caller =
  | { readonly kind: 'operator'; readonly user: ReviewedUser }
  /** A pod that works for a WorkItem. */
  | { readonly kind: 'pod'; readonly user: ReviewedUser; readonly scope: WorkItemScope }
  /** Anyone else whom the API server knows; a pod with none of our labels, too. */
  | { readonly kind: 'user'; readonly user: ReviewedUser; readonly namespace: string | undefined };

/** What a request says of the WorkItem that it is about. */
export interface ScopeQuery {
  readonly namespace?: string | undefined;
  readonly workItem?: string | undefined;
}

/** The WorkItem that a request is about: a pod's own, or the one that the operator names. @throws Refusal */
export function scopeOf(caller: Caller, { namespace, workItem }: ScopeQuery): WorkItemScope {
  if (caller.kind === 'user')
    throw forbidden(caller, 'reach artifacts', 'only the pods of a WorkItem and the operator may');
  if (caller.kind === 'operator') {
    if (namespace !== undefined && workItem !== undefined) return { namespace, workItem };
    throw new Refusal({
      status: 400,
      reason: 'ScopeMissing',
      message: 'no WorkItem is named',
      hint: 'add ?namespace=<namespace>&workItem=<UID>',
    });
  }
  const { scope } = caller;
  if ((namespace ?? scope.namespace) === scope.namespace && (workItem ?? scope.workItem) === scope.workItem)
    return scope;
  throw forbidden(caller, 'reach artifacts of another WorkItem', 'leave the query out: a pod reaches its own');
}

/** Lets the operator alone pass. @throws Refusal */
export function requireOperator(caller: Caller): void {
  if (caller.kind !== 'operator') throw forbidden(caller, 'do this', 'only the operator may');
}

/** What is answered to a caller who may not do something. */
export function forbidden({ user }: Caller, what: string, hint: string): Refusal {
  return new Refusal({ status: 403, reason: 'Forbidden', message: `'${user.username}' may not ${what}`, hint });
}
