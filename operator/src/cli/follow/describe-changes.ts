import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { formatDuration } from '../dry-run/format-duration.ts';
import { describePhase } from '../status/render-status.ts';

/** A line for each thing that stands elsewhere than before: the run, its state, its steps, its gates, what it waits for. */
export function describeChanges(before: WorkItem | undefined, after: WorkItem): readonly string[] {
  const [was, is] = [before?.status ?? {}, after.status ?? {}];
  const { name } = after.metadata;
  return [
    ...stepsThatMoved(was, is),
    ...statesEntered(was, is).map((state) => `${name} is in the state ${state}`),
    ...gatesThatMoved(was, is),
    ...newWaits(was, is),
    ...(is.phase !== undefined && was.phase !== is.phase ? [`${name}: ${describePhase(is)}`] : []),
  ];
}

function stepsThatMoved(was: WorkItemStatus, { steps = [] }: WorkItemStatus): readonly string[] {
  const before = new Map(was.steps?.map(({ path, phase, attempts = [] }) => [path, `${phase} ${attempts.length}`]));
  return steps
    .filter(({ path, phase, attempts = [] }) => before.get(path) !== `${phase} ${attempts.length}`)
    .map(({ path, phase, message, attempts = [], startedAt, finishedAt }) => {
      const took =
        startedAt === undefined || finishedAt === undefined
          ? ''
          : ` after ${formatDuration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000)}`;
      const attempt = attempts.length > 1 ? ` (attempt ${attempts.length})` : '';
      const why = message === undefined || phase === 'Running' ? '' : `: ${message}`;
      return `step ${path}: ${phase}${took}${attempt}${why}`;
    });
}

function statesEntered({ lifecycle: was }: WorkItemStatus, { lifecycle: is }: WorkItemStatus): readonly string[] {
  return is === undefined || (was?.state === is.state && was.since === is.since) ? [] : [is.state];
}

function gatesThatMoved({ gates: was = [] }: WorkItemStatus, { gates: is = [] }: WorkItemStatus): readonly string[] {
  const before = new Map(was.map(({ name, state, round }) => [name, `${state} ${round}`]));
  return is
    .filter(({ name, state, round }) => before.get(name) !== `${state} ${round}`)
    .map(({ name, state, decisions = [], digest }) => {
      const by = decisions
        .filter((decision) => decision.digest === digest)
        .map(({ user, role }) => `${user} as ${role}`);
      return `gate ${name}: ${state}${by.length === 0 ? '' : ` by ${by.join(', ')}`}`;
    });
}

function newWaits(
  { waitingFor: was = [] }: WorkItemStatus,
  { waitingFor: is = [] }: WorkItemStatus,
): readonly string[] {
  const before = new Set(was.map(({ kind, name, step = '' }) => `${kind} ${name} ${step}`));
  return is
    .filter(({ kind, name, step = '' }) => !before.has(`${kind} ${name} ${step}`))
    .map(({ kind, name, message }) => `waits for ${kind} ${name}: ${message.split('\n')[0] ?? ''}`);
}
