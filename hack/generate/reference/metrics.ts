import { Metrics } from '../../../operator/src/telemetry/metrics.ts';

/** A metric as its page and its readers know it. */
export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

/** The page of the reference that lists what the operator measures; metrics of the Node process are not ours. */
export function renderMetrics(): string {
  const rows = describeMetrics()
    .toSorted((left, right) => left.name.localeCompare(right.name))
    .map(({ name, type, labelNames, help }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
    });
  return [
    '<!-- Generated from operator/src/telemetry/metrics.ts by `npm run generate`: change it there. -->\n',
    '# Metrics\n',
    'The operator serves them at `/metrics` in the text format of Prometheus, together with what Node says of its',
    'process (`process_*`, `nodejs_*`). Durations are in seconds.\n',
    '| Metric | Type | Labels | What it says |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** What the operator measures, metric by metric. */
export function describeMetrics(): readonly MetricDescription[] {
  return Object.values(new Metrics()).filter(isMetric).map(describe);
}

function isMetric(value: unknown): value is MetricDescription {
  return typeof value === 'object' && value !== null && 'help' in value && 'labelNames' in value;
}

function describe(metric: MetricDescription): MetricDescription {
  const { name, help, labelNames } = metric;
  return { name, help, labelNames, type: metric.constructor.name.toLowerCase() };
}
