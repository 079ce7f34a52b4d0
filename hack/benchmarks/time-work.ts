import { median, quantile } from './statistics.ts';

/** A thing that is timed: prepares what one turn needs, which is not counted, and gives the turn itself. */
export type TimedWork = () => () => unknown;

/** How long a thing took, in milliseconds: medians over the rounds. */
export interface WorkTimes {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** How long each of many turns took that were made one after the other in `seconds`, in milliseconds. */
export function timeTurns(prepare: TimedWork, seconds: number): number[] {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  do {
    const turn = prepare();
    const startedAt = performance.now();
    turn();
    times.push(performance.now() - startedAt);
  } while (performance.now() < end);
  return times;
}

/** Times of things that are timed in turns, round by round, so that what else the machine does bears on all of them. */
export function timeInRounds(
  things: readonly TimedWork[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): WorkTimes[] {
  for (const thing of things) timeTurns(thing, seconds); // to be compiled
  const seen = things.map((): WorkTimes[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, thing] of things.entries()) {
      const times = timeTurns(thing, seconds);
      seen[index]?.push({ p50Ms: median(times), p99Ms: quantile(times, 0.99) });
    }
  }
  return seen.map((each) => ({
    p50Ms: median(each.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(each.map(({ p99Ms }) => p99Ms)),
  }));
}
