import type { Mutation } from './mutation.ts';
import { runTests, type TestsOutcome } from './run-tests.ts';
import { ScratchTree } from './scratch-tree.ts';

/** What became of a mutation. One that keeps the tests from ending is caught as well: nobody would miss it. */
export type Verdict = 'caught' | 'survived' | 'broken';

/** A mutation and what became of it. */
export interface TriedMutation {
  readonly mutation: Mutation;
  readonly verdict: Verdict;
  /** The test that caught it, or why it could not be tried. */
  readonly by: string;
  readonly seconds: number;
}

/** How mutations are tried. */
export interface TryOptions {
  /** Mutations that are tried side by side, each in a tree of its own. */
  readonly workers: number;
  readonly report: (line: string) => void;
}

const timeoutMs = 300_000;

/**
 * Plants each mutation by itself and runs its tests. Without any of them the tests must pass, else nothing could be told.
 * @throws Error when they do not
 */
export async function tryMutations(
  mutations: readonly Mutation[],
  { workers, report }: TryOptions,
): Promise<readonly TriedMutation[]> {
  const trees = Array.from({ length: Math.min(workers, mutations.length) }, () => new ScratchTree());
  const [first] = trees;
  try {
    if (first !== undefined) await demandPass(first, mutations, workers);
    const tried = new Map<Mutation, TriedMutation>();
    const pending = [...mutations];
    const work = async (tree: ScratchTree): Promise<void> => {
      for (let mutation = pending.shift(); mutation !== undefined; mutation = pending.shift()) {
        const one = await tryMutation(tree, mutation);
        tried.set(mutation, one);
        report(`${one.verdict}: ${mutation.name} (${one.seconds.toFixed(1)} s)`);
      }
    };
    await Promise.all(trees.map(work));
    return mutations.flatMap((mutation) => tried.get(mutation) ?? []);
  } finally {
    for (const tree of trees) tree.remove();
  }
}

async function demandPass({ folder }: ScratchTree, mutations: readonly Mutation[], workers: number): Promise<void> {
  const tests = [...new Set(mutations.flatMap((mutation) => mutation.tests))];
  const { verdict, by } = judgeOutcome(await runTests(folder, tests, { workers, timeoutMs }));
  if (verdict !== 'survived') throw new Error(`the tests do not pass without any mutation: ${by}`);
}

async function tryMutation(tree: ScratchTree, mutation: Mutation): Promise<TriedMutation> {
  const startedAt = performance.now();
  const outcome = await runPlanted(tree, mutation);
  return { mutation, ...judgeOutcome(outcome), seconds: (performance.now() - startedAt) / 1000 };
}

async function runPlanted(tree: ScratchTree, mutation: Mutation): Promise<TestsOutcome> {
  try {
    return await tree.whilePlanted(mutation, () => runTests(tree.folder, mutation.tests, { workers: 1, timeoutMs }));
  } catch (error) {
    return { outcome: 'broken', message: error instanceof Error ? error.message : String(error) };
  }
}

/** What the tests say about a mutation. */
export function judgeOutcome(outcome: TestsOutcome): Pick<TriedMutation, 'verdict' | 'by'> {
  switch (outcome.outcome) {
    case 'failed':
      return { verdict: 'caught', by: outcome.by };
    case 'overdue':
      return { verdict: 'caught', by: `the tests did not end within ${timeoutMs / 1000} s` };
    case 'passed':
      return { verdict: 'survived', by: '' };
    case 'broken':
      return { verdict: 'broken', by: outcome.message };
  }
}
