import type { GateStatus } from '../../api/gate-status.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { defined } from '../defined.ts';
import { type DecisionKey, formatDecisionKey } from './decision-key.ts';
import { type DecisionValue, formatDecisionValue, parseDecisionValue } from './decision-value.ts';
import { type Acting, whyNotTaken } from './may-act.ts';
import { shortDigest } from './may-decide.ts';

/** What a person wants to decide. What is left out follows where only one thing is asked. */
export interface DecisionRequest {
  readonly kind: DecisionKey['kind'];
  readonly decision: DecisionValue['decision'];
  /** Gate or action. */
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  /** First digits of the digest that the person was shown. */
  readonly shown?: string | undefined;
  readonly comment?: string | undefined;
}

/** An annotation that decides, and what it decides on. */
export interface MadeDecision {
  readonly name: string;
  readonly role: string;
  readonly digest: string;
  readonly key: string;
  readonly value: string;
}

/** Why nothing was decided. */
export interface UndecidedReason {
  readonly reason:
    'NotUpToDate' | 'NothingAsked' | 'NotAsked' | 'Ambiguous' | 'DigestMismatch' | 'DigestNeeded' | 'CommentInvalid';
  readonly message: string;
  readonly hint?: string;
}

type Problem = { readonly problem: UndecidedReason };

/** What may be decided on now, under a name, by which roles. */
interface Question {
  readonly name: string;
  readonly roles: readonly string[];
  readonly digest: string;
  readonly production: boolean;
}

/**
 * Makes the annotation by which a user decides on what a WorkItem asks now, written whole: it needs no policy that fills it
 * in. Whether the user may do so is for the API server to say.
 */
export function makeDecision(workItem: WorkItem, user: string, request: DecisionRequest): MadeDecision | Problem {
  const { metadata, status = {} } = workItem;
  if (status.observedGeneration !== metadata.generation)
    return refuse('NotUpToDate', `${metadata.name} was changed a moment ago`, 'look at it again, then decide');
  const question = choose(questionsOf(workItem, request.kind), request);
  if ('problem' in question) return question;
  const { name, digest } = question;
  const role = chooseRole(question, request.role);
  if (typeof role !== 'string') return role;
  const notTheirs = whyNotTheirs(workItem, request.kind, { action: name, role, user });
  if (notTheirs !== undefined) return { problem: notTheirs };
  const mismatch = whyNotShown(question, request.shown);
  if (mismatch !== undefined) return { problem: mismatch };
  const value = formatDecisionValue({ decision: request.decision, by: user, digest, ...said(request) });
  const parsed = parseDecisionValue(request.kind, value);
  if ('problem' in parsed) return refuse('CommentInvalid', parsed.problem);
  return { name, role, digest, value, key: freeKey(workItem, { kind: request.kind, name, role }) };
}

function said({ comment }: DecisionRequest): Pick<DecisionValue, 'comment'> {
  const trimmed = comment?.trim() ?? '';
  return trimmed === '' ? {} : { comment: trimmed };
}

/** Who has not claimed it cannot take what only its assignee takes. */
function whyNotTheirs(
  { status: { lifecycle } = {} }: WorkItem,
  kind: DecisionKey['kind'],
  acting: Acting,
): UndecidedReason | undefined {
  const message = kind === 'action' && lifecycle !== undefined ? whyNotTaken(lifecycle, acting) : undefined;
  return message === undefined ? undefined : { reason: 'NotAsked', message };
}

/** The roles that are asked for what a person wants to decide; none where it is not clear what that is. */
export function rolesAsked(workItem: WorkItem, request: DecisionRequest): readonly string[] {
  const question = choose(questionsOf(workItem, request.kind), request);
  return 'problem' in question ? [] : question.roles;
}

function refuse(reason: UndecidedReason['reason'], message: string, hint?: string): Problem {
  return { problem: { reason, message, ...defined({ hint }) } };
}

function questionsOf({ status = {} }: WorkItem, kind: DecisionKey['kind']): readonly Question[] {
  const { gates = [], lifecycle } = status;
  if (kind === 'approval')
    return gates
      .filter(({ state }) => state === 'Open')
      .map(({ name, approvals, digest, production }) => ({ name, digest, production, roles: rolesOf(approvals) }));
  const { digest, actions = [] } = lifecycle ?? {};
  if (digest === undefined) return [];
  const isForProduction = (action: string) => gates.some((gate) => gate.production && gate.action === action);
  return actions.map(({ name, roles }) => ({ name, roles, digest, production: isForProduction(name) }));
}

const rolesOf = (approvals: GateStatus['approvals']) => approvals.map(({ role }) => role);

const nouns = { approval: 'gate', action: 'action' } as const;

function choose(questions: readonly Question[], { kind, name }: DecisionRequest): Question | Problem {
  const noun = nouns[kind];
  const names = questions.map((question) => question.name).join(', ');
  const [first, second] = questions;
  if (first === undefined) return refuse('NothingAsked', `no ${noun} is open`);
  if (name === undefined) {
    return second === undefined
      ? first
      : refuse('Ambiguous', `several ${noun}s are open: ${names}`, `name one behind the WorkItem`);
  }
  const found = questions.find((question) => question.name === name);
  return found ?? refuse('NotAsked', `the ${noun} ${name} is not open`, `open: ${names}`);
}

function chooseRole({ name, roles }: Question, role: string | undefined): string | Problem {
  const asked = roles.join(', ');
  const [first, second] = roles;
  if (role === undefined && first !== undefined && second === undefined) return first;
  if (role === undefined) return refuse('Ambiguous', `${name} asks several roles: ${asked}`, 'say which: --role');
  return roles.includes(role) ? role : refuse('NotAsked', `${name} does not ask the role ${role}`, `roles: ${asked}`);
}

function whyNotShown({ name, digest, production }: Question, shown: string | undefined): UndecidedReason | undefined {
  if (shown === undefined) {
    if (!production) return undefined;
    const message = `${name} is about production: say on what you decide, by the digest that you were shown`;
    return { reason: 'DigestNeeded', message, hint: `what is asked now is ${shortDigest(digest)}; look at it first` };
  }
  if (/^[0-9a-f]{8,64}$/.test(shown) && digest.startsWith(`sha256:${shown}`)) return undefined;
  const message = `${name} asks about ${shortDigest(digest)} now, not about ${shown}`;
  return { reason: 'DigestMismatch', message, hint: 'look at what it asks now; a digest has at least 8 digits' };
}

const slotIndexes = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** The first slot of the role that is free; the first where none is, which the API server refuses. */
function freeKey({ metadata }: WorkItem, slot: Omit<DecisionKey, 'index'>): string {
  const keys = slotIndexes.map((index) => formatDecisionKey({ ...slot, index }));
  const taken = metadata.annotations ?? {};
  return keys.find((key) => !Object.hasOwn(taken, key)) ?? formatDecisionKey({ ...slot, index: 1 });
}
