import { governedRoles } from '../../../api/names.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { definitionOf } from '../../lifecycle/definition-of.ts';
import { findDefinitionIssues } from '../../lifecycle/find-definition-issues.ts';
import { quote } from '../../quote.ts';
import { suggestName } from '../nearest-name.ts';
import type { DataFlow, DataFlowCheck } from './data-flow.ts';
import { lifecycleWords, type LifecycleWords } from './lifecycle-words.ts';

/** What is wrong with a lifecycle, and states and actions that steps and transitions name and that it does not have. */
export const findLifecycleIssues: DataFlowCheck = (flow) => [
  ...checkTransitions(flow),
  ...checkDefinition(flow),
  ...checkSteps(flow),
  ...checkActors(flow),
];

function checkDefinition({ spec, world }: DataFlow): Issue[] {
  const { definition } = spec.lifecycle ?? {};
  if (definition === undefined) return [];
  const isKnownRole = (role: string) =>
    (governedRoles as readonly string[]).includes(role) || world.role(role) !== undefined;
  return findDefinitionIssues(definition, { isKnownRole }).map((issue) => ({
    ...issue,
    path: ['lifecycle', 'definition', ...issue.path],
  }));
}

/** Actions that are never taken for their step: it acts in no role that may take them, or there are many of it. */
function checkActors({ spec, graph, world }: DataFlow): Issue[] {
  const definition = spec.lifecycle && definitionOf(spec.lifecycle);
  return graph.nodes.flatMap(({ step, path, loop }): Issue[] => {
    const { action, role } = step;
    if (action === undefined || definition === undefined) return [];
    const taken = definition.transitions.filter((transition) => transition.action === action);
    const roles = new Set(taken.flatMap((transition) => transition.roles));
    const acting = [role, role === undefined ? undefined : world.role(role)?.spec.role];
    const what = { code: 'NoEffect', severity: 'warning' as const, path: [...path, 'action'], atKey: true as const };
    if (loop !== undefined) {
      const message = `\`action\` has no effect inside the loop '${loop.name}'`;
      return [{ ...what, message, hint: 'say it on the loop, or on a step after it' }];
    }
    if (taken.length === 0 || acting.some((each) => each !== undefined && roles.has(each))) return [];
    const message = `\`action: ${action}\` has no effect: the step acts in ${role === undefined ? 'no role' : `the role '${role}'`}`;
    return [{ ...what, message, hint: `it is for the roles ${[...roles].join(', ')}` }];
  });
}

function checkSteps({ spec, graph }: DataFlow): Issue[] {
  const words = lifecycleWords(spec.lifecycle);
  return graph.nodes.flatMap(({ step, path }) => [
    ...(step.inState ?? []).flatMap((name, index) => unknownState(name, words, [...path, 'inState', index])),
    ...(step.action === undefined ? [] : unknownAction(step.action, words, [...path, 'action'])),
  ]);
}

function checkTransitions({ spec }: DataFlow): Issue[] {
  const { transitions = [] } = spec.lifecycle?.definition ?? {};
  const words = lifecycleWords(spec.lifecycle);
  return transitions.flatMap(({ from, to }, index) => {
    const path = ['lifecycle', 'definition', 'transitions', index];
    const left = from.flatMap((name, position) => unknownState(name, words, [...path, 'from', position]));
    return [...left, ...unknownState(to, words, [...path, 'to'])];
  });
}

function unknownState(name: string, words: LifecycleWords | undefined, path: IssuePath): Issue[] {
  return unknown({ code: 'UnknownState', what: 'state', name, known: words?.states, path });
}

function unknownAction(name: string, words: LifecycleWords | undefined, path: IssuePath): Issue[] {
  return unknown({ code: 'UnknownAction', what: 'action', name, known: words?.actions, path });
}

interface Word {
  readonly code: string;
  readonly what: string;
  readonly name: string;
  /** Undefined when there is no lifecycle. */
  readonly known: readonly string[] | undefined;
  readonly path: IssuePath;
}

function unknown({ code, what, name, known, path }: Word): Issue[] {
  if (known?.includes(name) === true) return [];
  if (known === undefined)
    return [{ code, path, message: `the Pipeline has no lifecycle`, hint: 'say one in `spec.lifecycle`' }];
  const hint = suggestName(name, [...new Set(known)], `${what}s`);
  return [{ code, path, message: `the lifecycle has no ${what} ${quote(name)}`, ...(hint !== undefined && { hint }) }];
}
