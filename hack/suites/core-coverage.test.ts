import { describe, expect, it } from 'vitest';
import { judgeCoverage } from './core-coverage.ts';

const branches = (covered: number, total: number) => ({ branches: { covered, total } });

describe('judgeCoverage', () => {
  it('adds the files of each folder up, and all of them', () => {
    const { lines, tally } = judgeCoverage(
      {
        total: branches(0, 1000),
        '/r/core/work-item/b.ts': branches(40, 40),
        '/r/core/work-item/a.ts': branches(16, 20),
        '/r/core/digest.ts': branches(39, 40),
      },
      '/r/core',
    );
    expect(lines).toEqual([
      '  .                         97.5 % of 40, 1 not taken',
      '  work-item                 93.3 % of 60, 4 not taken',
      '✓ branches of core: 95.0 % (at least 95 %)',
    ]);
    expect(tally).toEqual({ passed: 1, failed: 0, skipped: 0 });
  });

  it('fails when too few branches are taken, and does not round that up', () => {
    const { lines, tally } = judgeCoverage({ '/r/core/a.ts': branches(9499, 10_000) }, '/r/core');
    expect(lines.at(-1)).toBe('✗ branches of core: 94.9 % (at least 95 %)');
    expect(tally.failed).toBe(1);
  });

  it('fails when nothing was measured', () => {
    expect(judgeCoverage({}, '/r/core').tally.failed).toBe(1);
  });
});
