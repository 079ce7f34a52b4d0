import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { parseDecisionKey } from './decision-key.ts';
import { parseDecisionValue } from './decision-value.ts';
import { type Annotations, decisionsAmong } from './read-decisions.ts';

/**
 * The annotations that decide nothing any more, given the status that is recorded: of gates that are decided or gone, of
 * rounds and contents that are past, and those that can never be read. The slot is free for the next decision once they are
 * gone; what counted stands in the status. What a gate or a lifecycle asks now stays.
 */
export function pastDecisions(annotations: Annotations, status: Pick<WorkItemStatus, 'gates' | 'lifecycle'>): string[] {
  return decisionsAmong(annotations)
    .filter(([key, text]) => !isPresent(key, text, status))
    .map(([key]) => key);
}

function isPresent(key: string, text: string, { gates = [], lifecycle }: Parameters<typeof pastDecisions>[1]): boolean {
  const slot = parseDecisionKey(key);
  const parsed = slot && parseDecisionValue(slot.kind, text);
  if (slot === undefined || parsed === undefined || 'problem' in parsed) return false;
  const { digest } = parsed.value;
  if (slot.kind === 'action') return digest === lifecycle?.digest;
  return gates.some((gate) => gate.name === slot.name && gate.state === 'Open' && gate.digest === digest);
}
