import type { Random } from '../kube/clock.ts';

/** A sequence of numbers in [0, 1) that a seed (an integer) fixes: mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: `CONCLAVE_FAULT_SEED` when it is set (to replay a failure), else a new one. */
export function chooseSeed(): number {
  const given = process.env['CONCLAVE_FAULT_SEED'];
  return given === undefined || given === '' ? Math.trunc(Math.random() * 2 ** 31) : Number(given);
}

/** Runs a test on a seed; when it fails the error says how to replay it. */
export async function withSeed(run: (seed: number) => Promise<void>): Promise<void> {
  const seed = chooseSeed();
  try {
    await run(seed);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${message}\nReplay it with CONCLAVE_FAULT_SEED=${seed}.`, { cause });
  }
}
