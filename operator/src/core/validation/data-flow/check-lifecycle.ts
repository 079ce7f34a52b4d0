import type { Issue, IssuePath } from '../../issue.ts';
import { quote } from '../../quote.ts';
import { suggestName } from '../nearest-name.ts';
import type { DataFlow, DataFlowCheck } from './data-flow.ts';
import { lifecycleWords, type LifecycleWords } from './lifecycle-words.ts';

/** States and actions that steps and transitions name, and that the lifecycle does not have. */
export const findLifecycleIssues: DataFlowCheck = (flow) => [...checkTransitions(flow), ...checkSteps(flow)];

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
