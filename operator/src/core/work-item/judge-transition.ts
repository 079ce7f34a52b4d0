import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { LifecycleTransition, TransitionGuard } from '../lifecycle/definition.ts';
import { gateOfTransition, isProduction } from '../lifecycle/definition.ts';
import { policyInput } from '../policy/policy-input.ts';
import { scoreReadiness } from '../lifecycle/score-readiness.ts';
import { defined } from '../defined.ts';
import { evaluate } from './activate.ts';
import { rootFrame } from './frame.ts';
import { findRemade } from './gate-subject.ts';
import { productionRule, whyNotInProduction } from './judge-production.ts';
import { lifecycleAt, type LifecycleStatus } from './lifecycle-state.ts';
import type { Run } from './run.ts';

/** Why a transition is not open: a gate or a policy has not answered, or something says no. */
export interface Obstacle {
  readonly kind: 'gate' | 'policy' | 'guard';
  /** Name of the gate, path of the policy, or the action. */
  readonly name: string;
  readonly message: string;
}

/** What keeps a transition from being taken now; undefined when nothing does. Whoever takes it is another question. */
export function findObstacle(run: Run, transition: LifecycleTransition): Obstacle | undefined {
  return findClosedGate(run, transition) ?? findRefusal(run, transition);
}

/** What other people and policies have not allowed yet: work that is to be allowed must not begin before. */
export function findMissingLeave(run: Run, transition: LifecycleTransition): Obstacle | undefined {
  const policies = (transition.guards ?? []).filter(({ policy }) => policy !== undefined);
  return findClosedGate(run, transition) ?? findRefusal(run, { ...transition, guards: policies });
}

function findClosedGate(run: Run, transition: LifecycleTransition): Obstacle | undefined {
  if (transition.approvals === undefined) return undefined;
  const name = gateOfTransition(transition);
  const gate = run.gates.get(name);
  // A step may have a gate of the same name, at which others are asked about something else.
  const state = gate?.action === transition.action ? gate.state : undefined;
  const remade = findRemade(run, transition.action);
  if (state !== undefined && remade !== undefined)
    return { kind: 'gate', name, message: `its gate ${name} waits: ${remade.name} is being made anew` };
  if (state === 'Approved') return undefined;
  const why = state === undefined ? 'could not be opened' : state === 'Open' ? 'is open' : `was ${state.toLowerCase()}`;
  return { kind: 'gate', name, message: `its gate ${name} ${why}` };
}

function findRefusal(run: Run, { action, to, guards = [] }: LifecycleTransition): Obstacle | undefined {
  const place = lifecycleAt(run);
  const production = place && isProduction(place.definition, to) ? whyNotInProduction(run) : undefined;
  if (production !== undefined) return { kind: 'policy', name: productionRule, message: production };
  for (const guard of guards) {
    const why = guard.policy === undefined ? refusalOf(run, guard) : answerOf(run, guard.policy, guard.message);
    if (why === undefined) continue;
    return guard.policy === undefined
      ? { kind: 'guard', name: action, message: why }
      : { kind: 'policy', name: guard.policy, message: why };
  }
  return undefined;
}

/** A policy that has not answered allows nothing. */
function answerOf(run: Run, policy: string, said: string | undefined): string | undefined {
  const { policies } = run.observed.facts;
  const input = () => policyInput(stateOf(run));
  const answer = policies?.get(policy, input);
  if (answer?.allowed === true) return undefined;
  if (answer === undefined) {
    if (policies !== undefined) run.askPolicy({ kind: 'ask-policy', rule: policy, input: input() });
    return `the policy ${policy} has not answered`;
  }
  if (answer.until !== undefined) run.wakeAt(Date.parse(answer.until));
  return answer.message ?? said ?? `the policy ${policy} does not allow it`;
}

/** The WorkItem as this plan has it by now. */
function stateOf(run: Run): WorkItem {
  const { workItem } = run.observed;
  const { lifecycle, gates } = run;
  return { ...workItem, status: { ...workItem.status, ...defined({ lifecycle }), gates: [...gates.values()] } };
}

function refusalOf(run: Run, { expression = 'false', message }: TransitionGuard): string | undefined {
  const verdict = evaluateCondition(run, expression);
  if ('problem' in verdict) return `${expression}: ${verdict.problem.message}`;
  return verdict.value ? undefined : (message ?? `this does not hold: ${expression}`);
}

/** Whether a condition of a transition holds now. */
export function evaluateCondition(run: Run, expression: string): ReturnType<typeof evaluate> {
  return evaluate(run, rootFrame, { text: expression, variables: variablesFor(run, expression) });
}

/** What conditions of transitions may name. Results are read only where the expression speaks of their step. */
function variablesFor(run: Run, expression: string): JsonObject {
  const steps = run.graph.nodes.flatMap(({ name, loop }): [string, JsonValue][] => {
    if (loop !== undefined || !expression.includes(name)) return [];
    const record = run.record(name);
    if (record === undefined) return [[name, { phase: 'Pending' }]];
    const outputs = record.phase === 'Succeeded' ? run.outputsOf(record) : undefined;
    return [[name, defined({ phase: record.phase, reason: record.reason, outputs })]];
  });
  return {
    workItem: workItemOf(run),
    inputs: run.inputs,
    steps: Object.fromEntries(steps),
    ...(expression.includes('readyScore') ? { readyScore: readinessOf(run).score } : {}),
  };
}

function workItemOf(run: Run): JsonObject {
  const { metadata, spec } = run.observed.workItem;
  const { name, namespace, uid, labels, annotations, creationTimestamp } = metadata;
  return asJson({
    metadata: { name, namespace, uid, labels: labels ?? {}, annotations: annotations ?? {}, creationTimestamp },
    spec,
    status: { startedAt: run.startedAt, lifecycle: describeLifecycle(run.lifecycle) },
  });
}

/** Of the lifecycle only what it has come to: what is worked out from it cannot be a condition of itself. */
const describeLifecycle = (lifecycle: LifecycleStatus | undefined) => {
  if (lifecycle === undefined) return {};
  const { state, since, round, assignees = [], feedback } = lifecycle;
  return { state, since, round, assignees, feedback };
};

const asJson = (value: object) => JSON.parse(JSON.stringify(value)) as JsonObject;

/** The definition-of-ready score of a run. */
export function readinessOf(run: Run) {
  const { workItem, pinned } = run.observed;
  return scoreReadiness({ spec: workItem.spec, inputs: run.inputs, pipeline: pinned.spec });
}
