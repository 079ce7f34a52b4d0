import type { StepStatus } from '../../api/step-status.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';

/**
 * Why the work of a step was sent back: what was said at the last rejection, for steps that began again. It stands in the
 * gate's own record, so that it is the same whenever the attempt is looked at.
 */
export function feedbackFor(run: Run, _place: Place, record: StepStatus): string | undefined {
  if ((record.round ?? 1) === 1) return undefined;
  const rejections = [...run.gates.values()].flatMap(({ decisions = [] }) =>
    decisions.filter(({ decision, comment }) => decision === 'rejected' && comment !== undefined),
  );
  return rejections.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1)?.comment;
}
