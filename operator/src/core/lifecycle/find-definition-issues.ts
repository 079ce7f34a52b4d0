import type { LifecycleDefinition } from '../../api/lifecycle.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { quote } from '../quote.ts';
import { isAutomatic, isProduction, reachable, stateNamed, systemRole } from './definition.ts';

/** What there is to know beside a lifecycle to judge it. */
export interface LifecycleSurroundings {
  /** Whether a role is one that Conclave knows or that an AgentRole has. */
  readonly isKnownRole: (role: string) => boolean;
}

/**
 * What is wrong with a lifecycle of a Pipeline's own: states that nothing leads to or out of, actions of which nobody can tell
 * what they do, rollouts that nobody approves. Paths begin at the definition.
 */
export function findDefinitionIssues(definition: LifecycleDefinition, { isKnownRole }: LifecycleSurroundings): Issue[] {
  return [
    ...findLostStates(definition),
    ...findUnapprovedBeginning(definition),
    ...findAmbiguousActions(definition),
    ...definition.transitions.flatMap((transition, index) => [
      ...findTerminalLeft(definition, transition, ['transitions', index, 'from']),
      ...findUnapproved(definition, transition, ['transitions', index]),
      ...findNeverApproved(definition, transition, ['transitions', index]),
      ...findUntaken(transition, ['transitions', index]),
      ...findUnknownRoles(transition, { isKnownRole, path: ['transitions', index, 'roles'] }),
    ]),
  ];
}

type Transition = LifecycleDefinition['transitions'][number];

function findLostStates(definition: LifecycleDefinition): Issue[] {
  const { initial, states, transitions } = definition;
  const reached = reachable(initial, (state) =>
    transitions.filter(({ from }) => from.includes(state)).map(({ to }) => to),
  );
  return states.flatMap(({ name, terminal }, index): Issue[] => {
    const path = ['states', index, 'name'];
    if (!reached.has(name))
      return [
        {
          ...{
            code: 'UnreachableState',
            path,
            message: `nothing leads from ${quote(initial)} to the state ${quote(name)}`,
          },
          hint: 'add a transition to it, or leave it out',
        },
      ];
    if (terminal === true || transitions.some(({ from }) => from.includes(name))) return [];
    const message = `nothing leads out of the state ${quote(name)}, which is not terminal`;
    return [{ code: 'DeadEndState', path, message, hint: 'say `terminal: true`, or add a transition out of it' }];
  });
}

function findUnapprovedBeginning(definition: LifecycleDefinition): Issue[] {
  const { initial } = definition;
  if (!isProduction(definition, initial)) return [];
  const message = `the state ${quote(initial)}, in which work begins, is production: nobody could approve that`;
  const hint = 'begin in a state before it, and let a transition with `approvals` lead to it';
  return [{ code: 'ProductionNotApproved', path: ['initial'], message, hint }];
}

function findAmbiguousActions({ transitions }: LifecycleDefinition): Issue[] {
  const seen = new Set<string>();
  return transitions.flatMap(({ action, from }, index) =>
    from.flatMap((state): Issue[] => {
      const key = `${action} ${state}`;
      const isFirst = !seen.has(key);
      seen.add(key);
      if (isFirst) return [];
      const message = `the action ${quote(action)} leads out of the state ${quote(state)} already`;
      const hint = 'give each an action of its own: whoever takes it says no more than its name';
      return [{ code: 'AmbiguousAction', path: ['transitions', index, 'action'], message, hint }];
    }),
  );
}

function findTerminalLeft(definition: LifecycleDefinition, { action, from }: Transition, path: IssuePath): Issue[] {
  return from.flatMap((name, index): Issue[] => {
    if (stateNamed(definition, name)?.terminal !== true) return [];
    const message = `${quote(action)} leads out of the state ${quote(name)}, which is terminal`;
    const hint = 'leave it out of `from`, or do not say that the state is terminal';
    return [{ code: 'TerminalStateLeft', path: [...path, index], message, hint }];
  });
}

function findUnapproved(
  definition: LifecycleDefinition,
  { action, to, approvals }: Transition,
  path: IssuePath,
): Issue[] {
  if (approvals !== undefined || !isProduction(definition, to)) return [];
  const message = `${quote(action)} leads into production, to the state ${quote(to)}, and nobody approves it`;
  const hint = 'say in `approvals` who must approve it: two people is what production takes elsewhere';
  return [{ code: 'ProductionNotApproved', path: [...path, 'to'], message, hint }];
}

/** Approvals that nobody is asked for: once a run has come to an outcome it has ended, and its gates are closed. */
function findNeverApproved(
  definition: LifecycleDefinition,
  { action, from, approvals }: Transition,
  path: IssuePath,
): Issue[] {
  if (approvals === undefined) return [];
  const over = from.find((name) => mayBeOver(definition, name));
  if (over === undefined) return [];
  const message = `${quote(action)} needs approvals in the state ${quote(over)}, where a run ends because it has come to an outcome: nobody is asked any more`;
  const hint = `let ${quote(action)} lead without \`approvals\` to a state that has no outcome, and ask for them on the way out of that`;
  return [{ code: 'NeverApproved', path: [...path, 'approvals'], message, hint, atKey: true }];
}

/** Whether a run may end in a state that others follow. */
function mayBeOver(definition: LifecycleDefinition, name: string): boolean {
  const { terminal, outcome } = stateNamed(definition, name) ?? {};
  const isLedTo = definition.transitions.some((each) => each.to === name && each.outcome !== undefined);
  return terminal !== true && (outcome !== undefined || isLedTo);
}

/** Transitions that say when the operator takes them, and do not let it. */
function findUntaken(transition: Transition, path: IssuePath): Issue[] {
  if (transition.when === undefined || isAutomatic(transition)) return [];
  const message = `${quote(transition.action)} has a \`when\`, and the role \`${systemRole}\` may not take it`;
  const hint = `add \`${systemRole}\` to its roles, or make the condition a guard`;
  return [{ code: 'NeverTaken', path: [...path, 'when'], message, hint, atKey: true }];
}

function findUnknownRoles(
  { roles }: Transition,
  { isKnownRole, path }: LifecycleSurroundings & { readonly path: IssuePath },
): Issue[] {
  return roles.flatMap((role, index): Issue[] => {
    if (isKnownRole(role)) return [];
    const message = `no AgentRole acts in the role ${quote(role)}`;
    const hint = 'correct the name; only people who may assume the role can take the action';
    return [{ code: 'UnknownRole', severity: 'warning', path: [...path, index], message, hint }];
  });
}
