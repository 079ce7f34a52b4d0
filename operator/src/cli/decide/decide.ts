import { type DecisionRequest, makeDecision, rolesAsked } from '../../core/decision/make-decision.ts';
import { shortDigest } from '../../core/decision/may-decide.ts';
import type { Person } from '../cluster/person.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';

/** What was decided, for programs. */
export interface Decided {
  readonly workItem: string;
  readonly namespace: string;
  readonly decision: DecisionRequest['decision'];
  /** Gate or action. */
  readonly name: string;
  readonly role: string;
  readonly user: string;
  readonly digest: string;
}

/** Decides on a WorkItem as the person that asks. @throws Failure */
export async function decide(
  person: Person,
  target: { readonly namespace?: string | undefined; readonly name: string },
  request: DecisionRequest,
): Promise<Decided> {
  const { namespace = person.namespace, name: workItemName } = target;
  const [user, workItem] = await Promise.all([person.user(), person.get(namespace, workItemName)]);
  const role = request.role ?? (await chooseRole(person, namespace, rolesAsked(workItem, request)));
  const made = makeDecision(workItem, user, { ...request, role });
  if ('problem' in made) {
    const { reason, message, hint } = made.problem;
    const details = { exitCode: exitCodes.invalid, code: failureCodes.invalid, reason, message };
    throw new Failure(hint === undefined ? details : { ...details, hint });
  }
  await person.annotate(workItem, made.key, made.value);
  const { name, digest } = made;
  return { workItem: workItemName, namespace, decision: request.decision, name, role: made.role, user, digest };
}

/** The one role of several that a person may act in; undefined when there is none, or more than one. */
async function chooseRole(person: Person, namespace: string, roles: readonly string[]): Promise<string | undefined> {
  if (roles.length < 2) return undefined;
  const may = await Promise.all(
    roles.map((name) => person.may({ namespace, verb: 'assume', resource: 'roles', name })),
  );
  const own = roles.filter((_, index) => may[index]);
  return own.length === 1 ? own[0] : undefined;
}

const words = { approved: 'approved the gate', rejected: 'rejected at the gate', done: 'took the action' } as const;

/** The same for people. */
export function describeDecided({ workItem, decision, name, role, user, digest }: Decided): string {
  return `${user} ${words[decision]} ${name} of ${workItem} as ${role} (${shortDigest(digest)})\n`;
}
