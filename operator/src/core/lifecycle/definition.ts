import type { LifecycleDefinition } from '../../api/lifecycle.ts';

/** One state of a lifecycle. */
export type LifecycleState = LifecycleDefinition['states'][number];

/** One condition of a transition. */
export type TransitionGuard = NonNullable<LifecycleDefinition['transitions'][number]['guards']>[number];

/** One transition of a lifecycle: what a document can say, and what only lifecycles that Conclave brings need. */
export type LifecycleTransition = LifecycleDefinition['transitions'][number] & {
  /** What it stands in for when a step was told to take that: work that was sent back is revised, not begun. */
  readonly standsInFor?: string;
  /** Action of the system that is recorded after it: whom the work was handed on to. */
  readonly routedBy?: string;
};

/** A lifecycle with all its states and transitions, whoever brought it. */
export interface Definition {
  readonly initial: string;
  readonly states: readonly LifecycleState[];
  readonly transitions: readonly LifecycleTransition[];
}

/** The role that the operator itself acts in. */
export const systemRole = 'system';

/** The state of a name; undefined when there is none. */
export function stateNamed({ states }: Definition, name: string): LifecycleState | undefined {
  return states.find((state) => state.name === name);
}

/** The transitions that lead out of a state, in the order of the definition. */
export function transitionsFrom({ transitions }: Definition, state: string): readonly LifecycleTransition[] {
  return transitions.filter(({ from }) => from.includes(state));
}

/** The transition that a role takes by an action in a state; undefined when it may not. */
export function transitionOf(
  definition: Definition,
  { state, action, role }: { readonly state: string; readonly action: string; readonly role: string },
): LifecycleTransition | undefined {
  return transitionsFrom(definition, state).find((each) => each.action === action && each.roles.includes(role));
}

/** Whether the operator takes a transition by itself: it says when, or nobody else may take it. */
export function isAutomatic({ roles, when }: LifecycleTransition): boolean {
  return roles.includes(systemRole) && (when !== undefined || roles.length === 1);
}

/** The gate at which a transition is approved: the one it names, else its action with `_` as `-`. */
export function gateOfTransition({ gate, action }: Pick<LifecycleTransition, 'gate' | 'action'>): string {
  return gate ?? action.replaceAll('_', '-');
}

/** Whether entering the state of a name is a production rollout. */
export function isProduction(definition: Definition, state: string): boolean {
  return stateNamed(definition, state)?.production === true;
}

/**
 * The states that work goes through again when it is sent back from one to another: those on a way forward between the two,
 * both included, and by no way round. Ways that send back themselves, or that come to an outcome of their own, lead nowhere.
 */
export function statesBetween(
  definition: Definition,
  { back, from }: { readonly back: string; readonly from: string },
) {
  const ways = definition.transitions.filter(({ rejects, outcome }) => rejects !== true && outcome === undefined);
  const ahead = reachable(back, (state) =>
    state === from ? [] : ways.filter((way) => way.from.includes(state)).map(({ to }) => to),
  );
  const behind = reachable(from, (state) =>
    state === back ? [] : ways.filter(({ to }) => to === state).flatMap((way) => way.from),
  );
  return new Set([back, ...[...ahead].filter((state) => behind.has(state))]);
}

/** Every state that steps lead to from one, that one included. */
export function reachable(start: string, stepsFrom: (state: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set([start]);
  // A set is gone through in the order in which it grows.
  for (const state of found) for (const next of stepsFrom(state)) found.add(next);
  return found;
}
