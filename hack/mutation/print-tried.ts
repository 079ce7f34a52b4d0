import { formatTable } from '../benchmarks/print-result.ts';
import type { TriedMutation } from './try-mutations.ts';

const longest = 80;

/** What became of each mutation, as a table, and then what there is to mend. */
export function printTried(tried: readonly TriedMutation[]): string {
  const rows = tried.map(({ mutation, verdict, by, seconds }) => ({
    mutation: mutation.name,
    verdict,
    s: Number(seconds.toFixed(1)),
    by: clip(by),
  }));
  const missed = tried.filter(({ verdict }) => verdict !== 'caught').map(describe);
  const count = tried.length - missed.length;
  return [formatTable(rows), ...missed, `${count} of ${tried.length} caught`].join('\n\n');
}

/** Whether every mutation was caught. */
export function isGood(tried: readonly TriedMutation[]): boolean {
  return tried.every(({ verdict }) => verdict === 'caught');
}

function describe({ mutation, verdict, by }: TriedMutation): string {
  const { name, file, goesWrong, tests } = mutation;
  if (verdict === 'broken') return `✗ ${name} could not be tried: ${by}`;
  return `✗ ${name} survived in ${file}: ${goesWrong}, and no test of ${tests.join(', ')} fails`;
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
