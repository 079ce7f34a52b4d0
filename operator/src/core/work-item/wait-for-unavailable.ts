import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { clipMessage } from './clip-message.ts';

/** What cannot serve a run for now. */
export interface UnavailableThing {
  readonly name: string;
  /** What is wrong with it and what would help. */
  readonly message: string;
}

/**
 * The status of a WorkItem that cannot be planned, or whose plan cannot be carried out, because something outside is away: it
 * is the last one, and says so. The next plan makes these parts anew.
 */
export function waitForUnavailable({ status = {} }: WorkItem, thing: UnavailableThing, now: Date): WorkItemStatus {
  const { name } = thing;
  const message = clipMessage(thing.message);
  const others = (status.waitingFor ?? []).filter((waiting) => waiting.kind !== 'dependency' || waiting.name !== name);
  const known = status.waitingFor?.find((waiting) => waiting.kind === 'dependency' && waiting.name === name);
  const waiting = { kind: 'dependency' as const, name, since: known?.since ?? now.toISOString(), message };
  return { ...status, message, waitingFor: [waiting, ...others].slice(0, mostWaits) };
}

/** Things that a run waits for that status can hold. */
const mostWaits = 32;
