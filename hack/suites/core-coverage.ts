import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repositoryRoot } from '../cluster/paths.ts';
import { runCommand } from './run-command.ts';
import { tallyOne, type Tally } from './tally.ts';

/** Share of the branches of `operator/src/core` that its tests must take, in percent. */
const leastPercent = 95;

const core = 'operator/src/core';
const summaryFile = '.cache/coverage/coverage-summary.json';

/** Branches that there are, and how many of them were taken. */
export interface Branches {
  readonly total: number;
  readonly covered: number;
}

/** Vitest's summary of coverage, by file, as far as it is read here. */
export type CoverageSummary = Readonly<Record<string, { readonly branches: Branches }>>;

/**
 * Measures the branches of `core` that its tests take, and demands enough of them: counts as one check. Whether the tests
 * pass is not asked: they ran before, and some of them have a limit of time that does not hold while they are watched.
 */
export async function checkCoreCoverage(report: (line: string) => void): Promise<Tally> {
  rmSync(summaryFile, { force: true });
  await runCommand(process.execPath, [
    ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--coverage.enabled', '--reporter', 'dot'],
    ...['--silent', '--exclude', '**/*.{properties,speed}.test.ts', core],
  ]);
  const text = existsSync(summaryFile) ? readFileSync(summaryFile, 'utf8') : '{}';
  const { lines, tally } = judgeCoverage(JSON.parse(text) as CoverageSummary, join(repositoryRoot, core));
  for (const line of lines) report(line);
  return tally;
}

/** What a summary says of each folder below `root`, and whether that is enough. No summary is never enough. */
export function judgeCoverage(
  summary: CoverageSummary,
  root: string,
): { readonly lines: readonly string[]; readonly tally: Tally } {
  const files = Object.entries(summary).filter(([file]) => file !== 'total');
  const folders = Map.groupBy(files, ([file]) => relative(root, file).split('/').slice(0, -1).join('/') || '.');
  const sums = [...folders].map(
    ([folder, inside]) => [folder, sumOf(inside.map(([, { branches }]) => branches))] as const,
  );
  const all = sumOf(sums.map(([, sum]) => sum));
  const isEnough = percentOf(all) >= leastPercent;
  const sign = isEnough ? '✓' : '✗';
  return {
    lines: [
      ...sums.sort(([one], [other]) => (one < other ? -1 : 1)).map(([folder, sum]) => lineOf(folder, sum)),
      `${sign} branches of core: ${percentText(all)} % (at least ${leastPercent} %)`,
    ],
    tally: tallyOne('branches of core', isEnough),
  };
}

function sumOf(parts: readonly Branches[]): Branches {
  const sum = (field: keyof Branches) => parts.reduce((before, part) => before + part[field], 0);
  return { total: sum('total'), covered: sum('covered') };
}

const percentOf = ({ total, covered }: Branches) => (total === 0 ? 0 : (covered / total) * 100);

/** Rounded down: what is not enough must not look so. */
const percentText = (branches: Branches) => (Math.floor(percentOf(branches) * 10) / 10).toFixed(1);

function lineOf(folder: string, sum: Branches): string {
  const missing = sum.total - sum.covered;
  return `  ${folder.padEnd(24)} ${percentText(sum).padStart(5)} % of ${sum.total}, ${missing} not taken`;
}
