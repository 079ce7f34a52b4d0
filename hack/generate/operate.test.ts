import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { WorkItemStatus } from '../../operator/src/api/work-item-status.ts';
import type { Outcome } from '../../operator/src/kube/retry-policy.ts';
import type { EndReason } from '../../operator/src/kube/watch-stream.ts';
import { describeMetrics } from './reference/metrics.ts';

const guide = readFileSync(fileURLToPath(new URL('../../docs/guide/operate.md', import.meta.url)), 'utf8');

/** Series that a histogram is served as, beside its name. */
const parts = /_(bucket|sum|count)$/;
const labelsOf = new Map(
  Object.values(describeMetrics())
    .flat()
    .map(({ name, labelNames }) => [name, labelNames]),
);

/** Every value that the code gives a label; the types hold each list to be whole and nothing more. */
const results: Readonly<Record<Outcome, true>> = {
  ...{ done: true, conflict: true, waiting: true },
  ...{ refused: true, terminal: true, failed: true },
};
const phases: Readonly<Record<NonNullable<WorkItemStatus['ending']>['phase'], true>> = {
  ...{ Succeeded: true, Failed: true, Cancelled: true },
};
const reasons: Readonly<Record<EndReason, true>> = {
  ...{ ServerTimeout: true, Expired: true, Stalled: true, Disconnected: true, Unreachable: true, Malformed: true },
  ...{ OutOfOrder: true, ErrorEvent: true, TooManyRequests: true, Rejected: true, StaleList: true },
  ...{ Failed: true, Stopped: true },
};
const valuesOf: Readonly<Record<string, object>> = {
  'conclave_reconciles_total result': results,
  'conclave_work_items_total phase': phases,
  'conclave_watch_restarts_total reason': reasons,
};

/** What the guide compares labels with, each as `metric label value`. */
const compared = Array.from(guide.matchAll(/\b(conclave_[a-z_]+)\{([^}]*)\}/g)).flatMap(
  ([, metric = '', selector = '']) =>
    Array.from(selector.matchAll(/(\w+)\s*[=!]~?"([^"]*)"/g)).flatMap(([, label = '', alternatives = '']) =>
      alternatives.split('|').map((value) => ({ metric: metric.replace(parts, ''), label, value })),
    ),
);

/** What the guide sums by, each as `metric label`; buckets have a label of their own. */
const grouped = Array.from(guide.matchAll(/\bby \(([^)]*)\)[^`]*?\b(conclave_[a-z_]+)/g)).flatMap(
  ([, labels = '', metric = '']) =>
    labels
      .split(/,\s*/)
      .filter((label) => label !== 'le' || !metric.endsWith('_bucket'))
      .map((label) => ({ metric: metric.replace(parts, ''), label })),
);

it('names metrics that there are', () => {
  const named = Array.from(guide.matchAll(/\bconclave_[a-z_]+/g), ([name]) => name.replace(parts, ''));
  expect(named.filter((name) => !labelsOf.has(name))).toEqual([]);
  expect(new Set(named).size).toBeGreaterThan(4);
});

it('compares and sums by labels that those metrics have, with values that the code gives them', () => {
  expect([...compared, ...grouped].filter(({ metric, label }) => !labelsOf.get(metric)?.includes(label))).toEqual([]);
  const isGiven = ({ metric, label, value }: (typeof compared)[number]) =>
    Object.hasOwn(valuesOf[`${metric} ${label}`] ?? {}, value);
  expect(compared.filter((each) => !isGiven(each))).toEqual([]);
  expect(compared.length).toBeGreaterThan(1);
});
