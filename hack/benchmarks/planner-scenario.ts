import type { ObservedWorkItem } from '../../operator/src/core/work-item/observed.ts';
import type { WorkItem } from '../../operator/src/api/work-item.ts';
import { planWorkItem } from '../../operator/src/core/work-item/plan-work-item.ts';
import { evaluateExample, judgeExample, resolveExample } from './example-work.ts';
import { halfDoneRun } from './half-done-run.ts';
import type { LocalScenario, Requirement, ScenarioContext } from './scenario.ts';
import { rounded } from './statistics.ts';
import { timeInRounds, type TimedWork, timeTurns, type WorkTimes } from './time-work.ts';

/** One line of the table: work, how it is told, and what is required of it. */
interface Line {
  readonly what: string;
  readonly timed: TimedWork;
  /** Of what is counted, one turn does so many; 1 when it is left out. */
  readonly each?: number;
  /** Most that one turn may take at the median. */
  readonly atMostMs?: number;
  /** Least that must be done in a second. */
  readonly atLeastPerSecond?: number;
}

/** What the pure part of the product takes: no cluster, no process, no disk. */
export const plannerScenario: LocalScenario = {
  name: 'planner',
  needs: 'nothing',
  summary: 'time to plan a reconcile, to resolve templates, to evaluate expressions and to validate; no cluster',
  run(context) {
    context.report('the first validation of the process');
    const [firstMs = Number.NaN] = timeTurns(() => judgeExample, 0);
    context.report('driving runs of 100 and 1,000 steps to their half');
    const lines = [...linesOfRun(100, 1), ...linesOfRun(1000, 10), ...linesOfExample()];
    const times = measure(lines, context);
    return {
      rows: lines.map((line, index) => rowOf(line, times[index])),
      requirements: lines.flatMap((line, index) => requirementsOf(line, times[index])),
      notes: [
        `Medians of ${context.rounds} rounds of ${context.seconds} s each, all lines in turn in each round.`,
        'Half done: half of the steps have ended, 12 to 30 attempts run, loops are in the midst of their iterations, and of',
        'the outputs that are larger than 1 KiB, or beyond 8 KiB, status has the digest. Each reconcile gets a status of its own.',
        'The example is the investigation pipeline: one resolution is the inputs of one step, validation begins with the text.',
        `Its first validation in this process took ${rounded(firstMs, 0)} ms, in which code was compiled on the way.`,
      ],
    };
  },
};

function linesOfRun(steps: number, atMostMs: number): Line[] {
  const { first, resultArrives, nothingNew } = halfDoneRun(steps);
  return [
    { what: `plan ${steps} steps, half done, a result arrives`, timed: planning(resultArrives), atMostMs },
    { what: `plan ${steps} steps, half done, nothing new`, timed: planning(nothingNew), atMostMs },
    { what: `plan ${steps} steps, before the first`, timed: planning([first]), atMostMs },
  ];
}

/** Plans each of the worlds in turn. The status is a new object each time, as it is when it comes from a watch. */
function planning(worlds: readonly ObservedWorkItem[]): TimedWork {
  const prepared = worlds.map((world) => {
    const text = JSON.stringify(world.workItem);
    return () => ({ ...world, workItem: JSON.parse(text) as WorkItem });
  });
  let turn = 0;
  return () => {
    const observed = prepared[turn % prepared.length]?.();
    turn += 1;
    if (observed === undefined) throw new Error('there is no world to plan in');
    return () => planWorkItem(observed);
  };
}

function linesOfExample(): Line[] {
  return [
    { what: 'resolve the inputs of a step of the example', ...resolveExample(), atLeastPerSecond: 10_000 },
    { what: 'evaluate an expression of the example', ...evaluateExample() },
    { what: 'validate the example, all levels', timed: () => judgeExample, atMostMs: 50 },
  ];
}

function measure(lines: readonly Line[], { rounds, seconds, report }: ScenarioContext): readonly WorkTimes[] {
  report(`measuring ${lines.length} things for ${(rounds + 1) * seconds} s each`);
  return timeInRounds(
    lines.map(({ timed }) => timed),
    { rounds, seconds },
  );
}

function rowOf(line: Line, times: WorkTimes | undefined) {
  const { each = 1 } = line;
  const { p50Ms = Number.NaN, p99Ms = Number.NaN } = times ?? {};
  return {
    what: line.what,
    'p50 ms': rounded(p50Ms / each, 4),
    'p99 ms': rounded(p99Ms / each, 4),
    '1/s': perSecond(line, times),
  };
}

const perSecond = ({ each = 1 }: Line, times: WorkTimes | undefined) =>
  Math.round((each * 1000) / (times?.p50Ms ?? Number.NaN));

function requirementsOf(line: Line, times: WorkTimes | undefined): Requirement[] {
  const { what, atMostMs, atLeastPerSecond } = line;
  if (atMostMs !== undefined)
    return [{ name: `${what}, ms`, atMost: atMostMs, measured: rounded(times?.p50Ms ?? Number.NaN, 3) }];
  if (atLeastPerSecond === undefined) return [];
  return [{ name: `${what}, times per second`, atLeast: atLeastPerSecond, measured: perSecond(line, times) }];
}
