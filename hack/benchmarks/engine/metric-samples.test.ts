import { describe, expect, it } from 'vitest';
import { parseMetrics } from './metric-samples.ts';

const text = `# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{verb="create",resource="jobs.batch",code="201"} 7
requests_total{verb="update",resource="workitems.conclave.dev/status",code="200"} 5
requests_total{verb="update",resource="leases",code="409"} 2
resident_bytes 1.5e+6
`;

describe('samples of metrics', () => {
  it('are summed over all their labels, or over those that pass', () => {
    const samples = parseMetrics(text);
    expect(samples.sum('requests_total')).toBe(14);
    expect(samples.sum('requests_total', ({ verb }) => verb === 'update')).toBe(7);
    expect(samples.sum('resident_bytes')).toBe(1_500_000);
    expect(samples.sum('requests')).toBe(0);
  });

  it('are told apart by a label', () => {
    expect(parseMetrics(text).by('requests_total', 'verb')).toEqual(
      new Map([
        ['create', 7],
        ['update', 7],
      ]),
    );
  });
});
