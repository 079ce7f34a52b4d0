import type { StepStatus } from '../api/step-status.ts';
import type { WorkItemStatus } from '../api/work-item-status.ts';
import { digestOf } from '../core/digest.ts';
import { pipelineGraph } from '../core/pipeline/pipeline-graph.ts';
import type { PipelineGraph, StepNode } from '../core/pipeline/step-node.ts';
import type { ObservedWorkItem } from '../core/work-item/observed.ts';
import type { WorkItemPlan } from '../core/work-item/work-item-plan.ts';

/** A plan and the world that it was made from. */
export interface PlannedTurn {
  readonly observed: ObservedWorkItem;
  readonly plan: WorkItemPlan;
}

/** What must hold of every run, whatever happens. Each check gives sentences about what does not. */
export class RunInvariants {
  readonly #graph: PipelineGraph;
  readonly #accepted = new Map<string, string>();
  readonly #digests = new Map<string, string>();
  #finished: string | undefined;

  constructor(spec: ObservedWorkItem['pinned']['spec']) {
    this.#graph = pipelineGraph(spec);
  }

  /** What does not hold after one more plan was recorded. */
  check(turn: PlannedTurn): string[] {
    return [
      ...this.#resultsAreUnique(turn),
      ...this.#startsAreTheSame(turn),
      ...this.#startsComeAfterDependencies(turn),
      ...this.#parallelismHolds(turn),
      ...this.#whatHasEndedStays(turn),
      ...nothingIsImpossible(turn),
    ];
  }

  /** One accepted result for each round of each step; in a loop, for each round of the loop. */
  #resultsAreUnique({ plan }: PlannedTurn): string[] {
    const records = new Map([...plan.folded, ...(plan.status.steps ?? [])].map((record) => [record.path, record]));
    return [...records.values()].flatMap(({ path, attempts = [] }) => {
      const loopRounds = loopPathsOf(path).map((loop) => records.get(loop)?.round ?? 1);
      return attempts
        .filter(({ result }) => result === 'Succeeded')
        .flatMap(({ number, round = 1 }) => {
          const key = `${path} round ${[...loopRounds, round].join('.')}`;
          const before = this.#accepted.get(key) ?? String(number);
          this.#accepted.set(key, before);
          return before === String(number) ? [] : [`${key} took the results of the attempts ${before} and ${number}`];
        });
    });
  }

  /** Whatever is started under one name is the same. */
  #startsAreTheSame({ plan }: PlannedTurn): string[] {
    return plan.actions.flatMap((action) => {
      if (action.kind !== 'start-attempt') return [];
      const key = `${action.path} attempt ${action.attempt}`;
      const before = this.#digests.get(key) ?? action.specDigest;
      this.#digests.set(key, before);
      const recorded = recordOf(plan.status, action.path)?.attempts?.find(({ number }) => number === action.attempt);
      if (recorded?.specDigest !== action.specDigest) return [`${key} is started as something else than is recorded`];
      return before === action.specDigest ? [] : [`${key} was started as something else before`];
    });
  }

  #startsComeAfterDependencies({ plan }: PlannedTurn): string[] {
    return plan.actions.flatMap((action) => {
      if (action.kind !== 'start-attempt') return [];
      const node = this.#nodeAt(action.path);
      return node.dependencies
        .filter(({ on, until }) => !isSettled(plan.status, pathFrom(action.path, on), { on, until }))
        .map(({ on, until }) => `${action.path} began before ${on.name} had ${until}`);
    });
  }

  #parallelismHolds({ observed, plan }: PlannedTurn): string[] {
    const records = plan.status.steps ?? [];
    const most = observed.pinned.spec.execution.maxParallel ?? 16;
    const open = records.filter(({ attempts }) => attempts !== undefined && attempts.at(-1)?.result === undefined);
    const tooMany = open.length > most ? [`${open.length} attempts are under way, ${most} may be`] : [];
    return [...tooMany, ...records.flatMap((record) => this.#partsAtOnce(record, records))];
  }

  #partsAtOnce({ path, phase }: StepStatus, records: readonly StepStatus[]): string[] {
    const { step } = this.#nodeAt(path);
    if (phase !== 'Running') return [];
    if (step.type === 'parallel_group' && step.parallelConfig !== undefined) {
      const prefix = path.slice(0, path.lastIndexOf('.') + 1);
      const busy = records.filter((record) => record.path.startsWith(prefix) && this.#takesPlace(record));
      const running = step.steps.filter(({ name }) => {
        const parts = namesIn(this.#nodeAt(name));
        return busy.some((record) => parts.has(nameOf(record.path)));
      }).length;
      return running > step.parallelConfig.maxParallel ? [`${running} steps of ${path} run at once`] : [];
    }
    if (step.type !== 'loop') return [];
    const inside = records.filter((record) => record.path.startsWith(`${path}[`) && isUnderWay(record));
    const iterations = new Set(inside.map((record) => record.path.slice(0, record.path.indexOf(']', path.length) + 1)));
    return iterations.size > (step.maxParallel ?? 1) ? [`${iterations.size} iterations of ${path} run at once`] : [];
  }

  /** A run that has ended stays as it is, unless a retry is asked for. */
  #whatHasEndedStays({ observed, plan }: PlannedTurn): string[] {
    const { finishedAt, retryCount = 0 } = plan.status;
    const summary = finishedAt === undefined ? undefined : digestOf(plan.status);
    const before = this.#finished;
    this.#finished = summary;
    const isRetried = (observed.workItem.spec.retryCount ?? 0) > (observed.workItem.status?.retryCount ?? 0);
    if (before === undefined || isRetried) return [];
    return before === summary || retryCount > 0 ? [] : ['the run changed after it had ended'];
  }

  /** Whether a step runs or waits for something else than the steps beside it. */
  #takesPlace(record: StepStatus): boolean {
    if (!isUnderWay(record) || record.reason === 'FallbackRunning') return false;
    return this.#nodeAt(record.path).children.length === 0;
  }

  #nodeAt(path: string): StepNode {
    const node = this.#graph.byName.get(nameOf(path));
    if (node === undefined) throw new Error(`there is no step at ${path}`);
    return node;
  }
}

/** The loops that a path leads through: `a` and `a[0].b` for `a[0].b[1].c`. */
const loopPathsOf = (path: string) => Array.from(path.matchAll(/\[/g), ({ index }) => path.slice(0, index));

const isUnderWay = ({ phase }: StepStatus) => phase === 'Running' || phase === 'Waiting';

const nameOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);

/** The names of a step and of all that it is made of. */
function namesIn({ name, children, routed }: StepNode): ReadonlySet<string> {
  return new Set([
    name,
    ...children.flatMap((child) => [...namesIn(child)]),
    ...routed.flatMap((each) => [...namesIn(each)]),
  ]);
}

const recordOf = ({ steps = [] }: WorkItemStatus, path: string) => steps.find((record) => record.path === path);

interface Awaited {
  readonly on: StepNode;
  readonly until: 'succeeded' | 'ended';
}

/** Whether a step has ended as another one needs it; one without a record has, when what it is a part of has. */
function isSettled(status: WorkItemStatus, path: string, { on, until }: Awaited): boolean {
  const record = recordOf(status, path);
  if (record !== undefined && record.phase !== 'Pending')
    return record.phase === 'Succeeded' || (until === 'ended' && !isUnderWay(record));
  if (until === 'succeeded') return false;
  const { parent } = on;
  if (parent === undefined || parent === on.loop) return status.ending !== undefined && on.placement !== 'exit';
  return isSettled(status, path.slice(0, path.length - on.name.length) + parent.name, { on: parent, until });
}

/** The path of another step, seen from a step: it stands in the same iteration or in one around it. */
function pathFrom(path: string, { name, loop }: StepNode): string {
  let prefix = path.slice(0, path.lastIndexOf('.') + 1);
  while (prefix !== '' && !new RegExp(`(^|\\.)${loop?.name ?? '$'}\\[\\d+\\]\\.$`).test(prefix))
    prefix = prefix.slice(0, prefix.lastIndexOf('.', prefix.length - 2) + 1);
  return prefix + name;
}

function nothingIsImpossible({ plan }: PlannedTurn): string[] {
  const { reason, message = '' } = plan.status;
  return reason === 'ImpossibleState' || reason === 'Stuck' ? [`${reason}: ${message}`] : [];
}
