import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CouncilSpec } from '../../api/council.ts';
import { type RunnerResult, runnerResult } from '../../api/runner-result.ts';
import { workItemStatus } from '../../api/work-item-status.ts';
import { aDeliberation, answersBy, membersNamed, speak, speakOut } from '../../testing/deliberating.ts';
import type { PlannedRun } from '../../testing/planned-run.ts';
import { planWorkItem } from './plan-work-item.ts';

const names = ['ann', 'bob', 'cid', 'dee', 'eve'];
type Drawn = Partial<CouncilSpec> & { readonly members: NonNullable<CouncilSpec['members']> };

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const aCouncilSpec: fc.Arbitrary<Drawn> = fc
  .record({
    strategy: fc.constantFrom('peer_review' as const, 'judge' as const, 'vote' as const, 'debate' as const),
    size: fc.integer({ min: 2, max: names.length }),
    rounds: optional(fc.integer({ min: 1, max: 3 })),
    quorum: optional(fc.integer({ min: 1, max: 2 })),
    minimumScore: optional(fc.integer({ min: 0, max: 10 })),
    agreement: optional(fc.constantFrom(0.5, 0.75, 1)),
    weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: names.length, maxLength: names.length }),
  })
  .map(({ strategy, size, rounds, quorum, minimumScore, agreement, weights }) => ({
    ...{ strategy, members: membersNamed(...names.slice(0, size)).map((m, i) => ({ ...m, weight: weights[i] ?? 1 })) },
    ...(strategy === 'judge' ? { judge: { roleRef: { name: 'the-judge' } } } : {}),
    ...(rounds === undefined ? {} : { rounds }),
    ...(quorum === undefined ? {} : { quorum }),
    ...(minimumScore === undefined ? {} : { minimumScore }),
    ...(agreement === undefined ? {} : { earlyStop: { agreement } }),
  }));
const seed = fc.nat(1_000_000);
const aMute = fc.constantFrom(2, 4, 1_000_000);

/** The Result that the last transition of a run names. */
function resultOf(run: PlannedRun): RunnerResult | undefined {
  const digest = run.status.transitions?.find(({ event }) => event === 'deliberation.completed')?.resultDigest;
  return digest === undefined ? undefined : runnerResult.parse(run.artifacts.get(digest));
}

/** The same deliberation in one pod, as the runner holds it. */
async function inOnePod(council: Drawn, answers: ReturnType<typeof answersBy>) {
  const run = aDeliberation({ ...council, isolation: 'shared' }, { defaults: { retryPolicy: { maxAttempts: 1 } } });
  const outcome = await speak(run, 'choose', answers);
  run.end('choose', outcome);
  return { run, outcome };
}

const inPods = (council: Drawn) => aDeliberation(council, { defaults: { retryPolicy: { maxAttempts: 1 } } });

describe('a deliberation in pods', () => {
  test('ends as it does in one pod, whatever members say and whoever says nothing', async () => {
    const reached = new Map<unknown, number>();
    await fc.assert(
      fc.asyncProperty(aCouncilSpec, seed, aMute, async (council, number, mute) => {
        const answers = answersBy(number, { mute });
        const shared = await inOnePod(council, answers);
        const run = inPods(council);
        await speakOut(run, answers);
        const { reason } = (run.outputsOf('choose') ?? {}) as { readonly reason?: string };
        reached.set(reason, (reached.get(reason) ?? 0) + 1);
        expect(run.outputsOf('choose')).toEqual(shared.run.outputsOf('choose'));
        expect(run.status.phase).toBe(shared.run.status.phase);
        if (shared.outcome.result === 'Failed') expect(run.messageOf('choose')).toContain('No member has made');
      }),
      { numRuns: 400, seed: 11 },
    );
    // Else the cases would prove little.
    for (const reason of ['HighestScore', 'NoQuorum', 'NotJudged', 'BelowMinimumScore', 'CondorcetWinner', undefined])
      expect([reason, reached.has(reason)]).toEqual([reason, true]);
  });

  test('has the same winner and the same course in whatever order its members end', async () => {
    await fc.assert(
      fc.asyncProperty(aCouncilSpec, seed, fc.array(fc.nat(), { maxLength: 40 }), async (council, number, order) => {
        const ended = [];
        for (const picks of [[], order]) {
          const run = inPods(council);
          let at = 0;
          await speakOut(run, answersBy(number), (paths) => paths[(picks[at++] ?? 0) % Math.max(1, paths.length)]);
          ended.push({ outputs: run.outputsOf('choose'), deliberation: resultOf(run)?.deliberation });
        }
        expect(ended[1]).toEqual(ended[0]);
      }),
      { numRuns: 150, seed: 12 },
    );
  });

  test('lets nobody score itself, and leaves a status that its schema takes', async () => {
    await fc.assert(
      fc.asyncProperty(aCouncilSpec, seed, async (council, number) => {
        const run = inPods(council);
        await speakOut(run, answersBy(number));
        expect(resultOf(run)?.deliberation?.scores.filter(({ by, member }) => by === member) ?? []).toEqual([]);
        expect(workItemStatus.safeParse(JSON.parse(JSON.stringify(run.status))).error?.issues ?? []).toEqual([]);
      }),
      { numRuns: 100, seed: 13 },
    );
  });

  test('goes on as if nothing had been when the operator dies between any two plans', async () => {
    await fc.assert(
      fc.asyncProperty(aCouncilSpec, seed, fc.array(fc.nat(3), { maxLength: 60 }), async (council, number, faults) => {
        const answers = answersBy(number);
        const undisturbed = inPods(council);
        await speakOut(undisturbed, answers);
        const run = inPods(council);
        const stored = new Map(run.artifacts);
        const specs = new Map<string, string>();
        let at = 0;
        for (let [path] = run.running; path !== undefined; [path] = run.running) {
          for (const action of run.actions) {
            if (action.kind !== 'start-attempt') continue;
            const key = `${action.path} ${action.attempt}`;
            expect(specs.get(key) ?? action.specDigest).toBe(action.specDigest);
            specs.set(key, action.specDigest);
          }
          if (faults[at++] === 0) {
            // What it had planned and not recorded, what it had read, and what it had seen, are gone.
            planWorkItem(run.observed());
            for (const [digest, content] of run.artifacts) stored.set(digest, content);
            run.forget(stored);
          }
          run.end(path, await speak(run, path, answers));
        }
        expect(run.outputsOf('choose')).toEqual(undisturbed.outputsOf('choose'));
      }),
      { numRuns: 150, seed: 14 },
    );
  });
});
