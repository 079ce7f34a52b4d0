import type { JsonObject } from '../../api/json.ts';
import type { Step } from '../../api/step/step.ts';
import { compileExpression, evaluateCondition } from '../expression/expression.ts';
import { readPath } from '../template/navigate.ts';
import type { Resolved } from '../template/scope.ts';
import { clipMessage } from './clip-message.ts';
import type { StepFailure } from './finish-step.ts';
import { frameOf, pathIn } from './frame.ts';
import { pathOf, type Place } from './place.ts';
import type { Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { isEnded } from './step-state.ts';
import { stepReasons } from './step-reasons.ts';

/**
 * Makes a child step run. A step that is none runs at its own time anyway. Gives false where the step cannot run any more.
 */
export function activateStep(run: Run, by: Place, name: string): boolean {
  const node = run.graph.byName.get(name);
  const home = node && frameOf(node, by.frame);
  if (node === undefined || home === undefined) return false;
  const path = pathIn(home, node);
  const record = run.record(path);
  if (record !== undefined && isEnded(record)) return record.phase === 'Succeeded';
  if (node.step.isChild === true && record?.activatedBy === undefined)
    run.setRecord({ ...record, path, phase: 'Pending', reason: stepReasons.activated, activatedBy: pathOf(by) });
  return true;
}

/** Activates what the checks and routes of a step that succeeded lead to. Every entry and every route that holds counts. */
export function takeWays(run: Run, place: Place, outputs: JsonObject): StepFailure | undefined {
  return takeChecks(run, place, outputs) ?? takeRoutes(run, place);
}

function takeChecks(run: Run, place: Place, outputs: JsonObject): StepFailure | undefined {
  for (const entry of place.node.step.check ?? []) {
    const holds = holdsFor(run, place, { entry, outputs });
    if ('problem' in holds) return asFailure('check', holds.problem.message);
    if (holds.value) activateStep(run, place, entry.run);
  }
  return undefined;
}

type CheckEntry = NonNullable<Step['check']>[number];

function holdsFor(
  run: Run,
  { frame }: Place,
  { entry, outputs }: { readonly entry: CheckEntry; readonly outputs: JsonObject },
): Resolved<boolean> {
  if (entry.notExists !== undefined) return { value: (readPath(outputs, entry.notExists) ?? null) === null };
  return evaluate(run, frame, { text: entry.boolean ?? 'false', variables: outputs });
}

function takeRoutes(run: Run, place: Place): StepFailure | undefined {
  const { node, frame } = place;
  for (const [index, { match, run: target }] of (node.step.onSuccess?.routes ?? []).entries()) {
    const taken = evaluate(run, frame, { text: match.expression });
    if ('problem' in taken) return asFailure('route', taken.problem.message);
    if (taken.value && target !== undefined) activateStep(run, place, target);
    for (const routed of node.routed.filter(({ routeIndex }) => routeIndex === index)) {
      const path = pathIn(frame, routed);
      const record = { ...run.record(path), path };
      const message = clipMessage(`the route of ${node.name} is not taken: ${match.expression}`);
      run.setRecord(
        taken.value
          ? { ...record, phase: 'Pending', reason: stepReasons.activated, activatedBy: pathOf(place) }
          : { ...record, phase: 'Skipped', reason: stepReasons.routeNotTaken, message, finishedAt: run.now },
      );
    }
  }
  return undefined;
}

/** Evaluates a condition in a frame. */
export function evaluate(
  run: Run,
  frame: Place['frame'],
  { text, variables }: { readonly text: string; readonly variables?: JsonObject },
): Resolved<boolean> {
  const compiled = compileExpression(text);
  if ('problem' in compiled) return compiled;
  return evaluateCondition(compiled.expression, {
    scope: scopeAt(run, frame),
    ...(variables === undefined ? {} : { variables }),
  });
}

const asFailure = (what: string, message: string): StepFailure => ({
  reason: stepReasons.expressionFailed,
  message: `its ${what} could not be evaluated: ${message}`,
});
