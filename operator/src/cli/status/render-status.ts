import type { GateStatus } from '../../api/gate-status.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { WorkItemStatus } from '../../api/work-item-status.ts';
import { requesterAnnotation } from '../../core/decision/decision-key.ts';
import { formatDuration } from '../dry-run/format-duration.ts';
import type { InboxEntry } from '../inbox/collect-inbox.ts';
import { commandFor } from '../inbox/render-inbox.ts';
import { renderTable } from '../output/render-table.ts';
import { paint, printable } from '../paint.ts';
import type { KnownSteps } from './load-steps.ts';
import { stepTree } from './step-tree.ts';

/** All that is shown of a WorkItem. */
export interface StatusView {
  readonly workItem: WorkItem;
  /** As its pipeline has them; undefined when nobody knows. */
  readonly steps: KnownSteps | undefined;
  /** What whoever looks may decide. */
  readonly mine: readonly InboxEntry[];
  readonly nowMs: number;
}

/** A WorkItem for people: where it stands, what it waits for, who may decide, and its steps as a tree. */
export function renderStatus(view: StatusView, inColour: boolean): string {
  const facts = factsOf(view);
  const width = Math.max(...facts.map(([name]) => name.length)) + 3;
  const lines = facts.map(([name, text]) => `${paint('dim', name.padEnd(width), inColour)}${printable(text)}\n`);
  return [...lines, renderSteps(view, inColour), renderMine(view, inColour)].join('');
}

type Fact = readonly [name: string, text: string];

function factsOf({ workItem, nowMs }: StatusView): readonly Fact[] {
  const { metadata, spec, status = {} } = workItem;
  const requester = metadata.annotations?.[requesterAnnotation];
  return [
    ['WorkItem', `${metadata.namespace ?? ''}/${metadata.name}`],
    ['Runs', describeWhatRuns(spec, status)],
    ...(spec.replay === undefined
      ? []
      : [['Replays', `${spec.replay.workItemName} from ${spec.replay.fromStep}`] as const]),
    ...(requester === undefined ? [] : [['Requested by', requester] as const]),
    ['Phase', describePhase(status)],
    ...timesOf(status, nowMs),
    ...lifecycleFacts(status),
    ...(status.gates ?? []).map((gate): Fact => ['Gate', describeGate(gate)]),
    ...(status.waitingFor ?? []).map(({ kind, name, since, message }): Fact => [
      'Waits for',
      `${kind} ${name} for ${span(since, nowMs)}: ${message.split('\n')[0] ?? ''}`,
    ]),
    ...(status.progress === undefined ? [] : [['Steps', status.progress] as const]),
  ];
}

function describeWhatRuns({ pipelineRef, councilRef }: WorkItem['spec'], { pipeline }: WorkItemStatus): string {
  const name = pipelineRef?.name ?? (councilRef === undefined ? 'a pipeline of its own' : `Council ${councilRef.name}`);
  return pipeline === undefined ? name : `${name}, pinned as ${pipeline.revision}`;
}

/** The phase in words, and why. */
export function describePhase({ phase = 'Pending', reason, message }: WorkItemStatus): string {
  const why = [reason, message].filter((part) => part !== undefined && part !== '').join(': ');
  return why === '' ? phase : `${phase} (${why})`;
}

function timesOf({ startedAt, finishedAt }: WorkItemStatus, nowMs: number): readonly Fact[] {
  if (startedAt === undefined) return [];
  const took = span(startedAt, finishedAt === undefined ? nowMs : Date.parse(finishedAt));
  return [
    ['Began', startedAt],
    finishedAt === undefined ? ['Has taken', took] : ['Ended', `${finishedAt}, after ${took}`],
  ];
}

const span = (from: string, toMs: number) => formatDuration(Math.max(0, (toMs - Date.parse(from)) / 1000));

function lifecycleFacts({ lifecycle, assignee }: WorkItemStatus): readonly Fact[] {
  if (lifecycle === undefined) return [];
  const { state, since, actions = [], outcome, feedback } = lifecycle;
  return [
    ['State', `${state} since ${since}${outcome === undefined ? '' : `, outcome ${outcome}`}`],
    ...(assignee === undefined ? [] : [['Assignee', assignee] as const]),
    ...actions.map(({ name, roles }): Fact => ['Action', `${name}, by the role ${roles.join(' or ')}`]),
    ...(feedback === undefined ? [] : [['Feedback', feedback.split('\n')[0] ?? ''] as const]),
  ];
}

/** Where a gate stands, and who may decide at it. */
function describeGate({ name, state, approvals, decisions = [], digest, openedAt, decidedAt }: GateStatus): string {
  if (state !== 'Open') {
    const by = decisions.filter((decision) => decision.digest === digest).map(({ user, role }) => `${user} as ${role}`);
    return `${name} ${state} at ${decidedAt ?? openedAt}${by.length === 0 ? '' : ` by ${by.join(', ')}`}`;
  }
  const quorums = approvals.map(({ role, count = 1 }) => {
    const given = decisions.filter(
      (decision) => decision.digest === digest && decision.role === role && decision.decision === 'approved',
    );
    return `${given.length} of ${count} as ${role}`;
  });
  return `${name} Open since ${openedAt}: approved by ${quorums.join(', ')}`;
}

function renderSteps({ workItem, steps, nowMs }: StatusView, inColour: boolean): string {
  const tree = stepTree(workItem.status ?? {}, steps, nowMs);
  if (tree.length === 0) return '';
  const rows = tree.map(({ depth, label, phase, took, note }) => [`${'  '.repeat(depth)}${label}`, phase, took, note]);
  const [header = '', ...lines] = renderTable(['Step', 'Phase', 'Took', 'Note'], rows).trimEnd().split('\n');
  const painted = lines.map((line, index) => paintPhase(line, tree[index]?.phase ?? '', inColour));
  return `\n${[paint('dim', header, inColour), ...painted].join('\n')}\n`;
}

const phaseStyles = new Map<string, Parameters<typeof paint>[0]>([
  ...(['Cancelled', 'Waiting'] as const).map((phase) => [phase, 'warning'] as const),
  ...(['Skipped', 'Pending'] as const).map((phase) => [phase, 'dim'] as const),
  ['Failed', 'error'],
  ['Running', 'note'],
]);

/** The word says it; colour only helps to find it. */
function paintPhase(line: string, phase: string, inColour: boolean): string {
  const style = phaseStyles.get(phase);
  return style === undefined ? line : line.replace(`   ${phase}`, () => `   ${paint(style, phase, inColour)}`);
}

function renderMine({ mine }: StatusView, inColour: boolean): string {
  if (mine.length === 0) return '';
  const lines = mine.map((entry) => `  ${paint('note', commandFor(entry), inColour)}\n`);
  return `\nYou may decide:\n${lines.join('')}`;
}
