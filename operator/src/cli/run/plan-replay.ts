import type { WorkItem, WorkItemSpec } from '../../api/work-item.ts';
import { without } from '../../core/defined.ts';
import { suggestName } from '../../core/validation/nearest-name.ts';
import { exitCodes } from '../exit-codes.ts';
import { type FailureDetails, failureCodes } from '../failure.ts';

/** What a WorkItem says that replays another, or why there can be none. */
export type PlannedReplay = { readonly spec: WorkItemSpec } | { readonly refusal: FailureDetails };

/** Says how a run is replayed: from a step, or from the one that failed first. Step names are unknown where nobody told them. */
export function planReplay(
  { metadata, spec, status = {} }: WorkItem,
  from: string | undefined,
  stepNames: readonly string[] | undefined,
): PlannedReplay {
  const { name } = metadata;
  if (status.finishedAt === undefined)
    return refuse('NotEnded', `${name} has not ended: only a run that has is replayed`, `see conclave status ${name}`);
  const fromStep = from ?? firstFailure(status);
  if (fromStep === undefined)
    return refuse('StepNeeded', `no step of ${name} failed: say from which one it runs again`, stepsHint(stepNames));
  if (stepNames !== undefined && !stepNames.includes(fromStep)) return unknownStep(fromStep, stepNames);
  return { spec: { ...keptFields(spec), replay: { workItemName: name, fromStep } } };
}

/** A loop runs again as a whole. */
const firstFailure = ({ ending }: NonNullable<WorkItem['status']>) => ending?.failedStep?.replace(/\[.*$/s, '');

function unknownStep(name: string, known: readonly string[]): PlannedReplay {
  const message = `Step '${name}' not found. Steps: ${known.join(', ')}`;
  return refuse('UnknownStep', message, suggestName(name, known, 'steps') ?? 'see conclave status');
}

const stepsHint = (names: readonly string[] | undefined) =>
  names === undefined ? 'add --from <step>' : `add --from with one of: ${names.join(', ')}`;

/** What is done again, and for whom. What steers a run by itself is not. */
function keptFields(spec: WorkItemSpec): WorkItemSpec {
  return without(spec, 'suspend', 'cancel', 'retryCount', 'replay');
}

function refuse(reason: string, message: string, hint: string): PlannedReplay {
  return { refusal: { exitCode: exitCodes.invalid, code: failureCodes.invalid, reason, message, hint } };
}
