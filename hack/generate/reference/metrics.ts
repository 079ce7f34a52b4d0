import { Metrics } from '../../../operator/src/telemetry/metrics.ts';
import { ServerMetrics } from '../../../operator/src/telemetry/server-metrics.ts';

/** A metric as its page and its readers know it. */
export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

/** The page of the reference that lists what is measured; metrics of the Node process are not ours. */
export function renderMetrics(): string {
  const { operator, server } = describeMetrics();
  return [
    '<!-- Generated from metrics.ts and server-metrics.ts of operator/src/telemetry by `npm run generate`: change it there. -->\n',
    '# Metrics\n',
    'They are served at `/metrics` of port 9090 in the text format of Prometheus, together with what Node says of its',
    'process (`process_*`, `nodejs_*`). Durations are in seconds.\n',
    '## Of the operator\n',
    ...tableOf(operator),
    '## Of the server\n',
    ...tableOf(server),
  ].join('\n');
}

function tableOf(metrics: readonly MetricDescription[]): readonly string[] {
  const rows = metrics
    .toSorted((left, right) => left.name.localeCompare(right.name))
    .map(({ name, type, labelNames, help }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
    });
  return ['| Metric | Type | Labels | What it says |', '| --- | --- | --- | --- |', ...rows, ''];
}

/** What operator and server measure, metric by metric. */
export function describeMetrics() {
  return { operator: metricsOf(new Metrics()), server: metricsOf(new ServerMetrics()) };
}

const metricsOf = (measured: object): readonly MetricDescription[] =>
  (Object.values(measured) as readonly unknown[]).filter(isMetric).map(describe);

function isMetric(value: unknown): value is MetricDescription {
  return typeof value === 'object' && value !== null && 'help' in value && 'labelNames' in value;
}

function describe(metric: MetricDescription): MetricDescription {
  const { name, help, labelNames } = metric;
  return { name, help, labelNames, type: metric.constructor.name.toLowerCase() };
}
