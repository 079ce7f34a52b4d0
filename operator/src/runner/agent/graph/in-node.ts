import type { Verdict } from '../../verdict.ts';

/** The verdict, with the node in which it came about. */
export function inNode({ error, ...verdict }: Verdict, id: string): Verdict {
  if (error === undefined) return verdict;
  return { ...verdict, error: { ...error, message: `In the node '${id}': ${error.message}`.slice(0, 4096) } };
}
