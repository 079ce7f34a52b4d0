import type { Lifecycle } from '../../../api/lifecycle.ts';
import { definitionOf } from '../../lifecycle/definition-of.ts';

/** The states and actions that steps may name. */
export interface LifecycleWords {
  readonly states: readonly string[];
  readonly actions: readonly string[];
}

/** The states and actions of a Pipeline's lifecycle; undefined when it has none. */
export function lifecycleWords(lifecycle: Lifecycle | undefined): LifecycleWords | undefined {
  const definition = lifecycle && definitionOf(lifecycle);
  if (definition === undefined) return undefined;
  const { states, transitions } = definition;
  return {
    states: states.map(({ name }) => name),
    actions: transitions.flatMap(({ action, routedBy }) => (routedBy === undefined ? [action] : [action, routedBy])),
  };
}
