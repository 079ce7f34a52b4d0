import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Metrics } from '../../operator/src/telemetry/metrics.ts';

const guide = readFileSync(fileURLToPath(new URL('../../docs/guide/operate.md', import.meta.url)), 'utf8');

/** Series that a histogram is served as, beside its name. */
const parts = /_(bucket|sum|count)$/;

it('names metrics that there are', async () => {
  const served = await new Metrics().registry.getMetricsAsJSON();
  const names = new Set(served.map(({ name }) => name));
  const named = Array.from(guide.matchAll(/\bconclave_[a-z_]+/g), ([name]) => name.replace(parts, ''));
  expect(named.filter((name) => !names.has(name))).toEqual([]);
  expect(new Set(named).size).toBeGreaterThan(4);
});
