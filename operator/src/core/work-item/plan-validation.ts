import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { StepStatus } from '../../api/step-status.ts';
import { findRole } from '../pipeline/step-methods.ts';
import { runChecks } from '../checks/run-checks.ts';
import { fail, succeed } from './finish-step.ts';
import { frameOf, pathIn } from './frame.ts';
import { openStepGate } from './plan-decision.ts';
import { historyOf, pathOf, type Place } from './place.ts';
import { resolveStep } from './resolve-step.ts';
import type { Run } from './run.ts';
import { scopeAt } from './run-scope.ts';
import { stepReasons } from './step-reasons.ts';

/** Runs the checks of a `validation` step. When one fails, the step fails, or people decide where it asks for them. */
export function beginValidation(run: Run, place: Place, record: StepStatus | undefined): void {
  const { node, frame } = place;
  const resolution = resolveStep(run, node, frame);
  if (resolution === 'unread') return;
  if ('problem' in resolution) {
    fail(run, place, record, { reason: stepReasons.inputUnresolved, message: resolution.problem.message });
    return;
  }
  const { step } = node;
  const inputs = step.inputs === undefined ? dependenciesOf(run, place) : resolution.resolved.inputs;
  if (step.type !== 'validation' || inputs === 'unread') return;
  const role = step.role === undefined ? undefined : findRole(run.observed.pinned.roles, step.role);
  const roleSchema = role?.spec.inputSchema;
  const result = runChecks({
    checks: step.checks,
    inputs,
    pipelineInputs: run.inputs,
    scope: scopeAt(run, frame),
    roleSchema,
  });
  const outputs: JsonObject = { ...result, errors: [...result.errors] };
  if (result.passed) succeed(run, place, record, { reason: stepReasons.completed, outputs });
  else if (step.onFailure === undefined)
    fail(run, place, record, { reason: stepReasons.checksFailed, message: result.errors.join('; ') });
  else {
    const checked = { ...historyOf(record, pathOf(place)), phase: 'Waiting' as const, ...run.placeOutputs(outputs) };
    openStepGate(run, place, checked, `checks failed: ${result.errors.join('; ')}`);
  }
}

/** Without inputs, what is checked are the results of the steps that it depends on. */
function dependenciesOf(run: Run, { node, frame }: Place): JsonObject | 'unread' {
  const results: [string, JsonValue][] = [];
  let isRead = true;
  for (const { on } of node.dependencies) {
    const home = frameOf(on, frame);
    const record = home && run.record(pathIn(home, on));
    if (record?.phase !== 'Succeeded') continue;
    const outputs = run.outputsOf(record);
    if (outputs === undefined) isRead = false;
    else results.push([on.name, outputs]);
  }
  return isRead ? Object.fromEntries(results) : 'unread';
}
