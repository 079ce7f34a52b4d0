/** A dashboard for Grafana: what the operator does, and what it waits for. */

interface Panel {
  readonly title: string;
  readonly unit: string;
  /** PromQL, and how a line of it is named. */
  readonly targets: readonly (readonly [expression: string, legend: string])[];
}

const rate = (metric: string) => `rate(${metric}[$__rate_interval])`;
const quantile = (share: number, metric: string, by: string) =>
  `histogram_quantile(${share}, sum by (le, ${by}) (${rate(`${metric}_bucket`)}))`;
const latency = (metric: string, by: string): Panel['targets'] =>
  [0.5, 0.95].map((share) => [quantile(share, metric, by), `{{${by}}} P${share * 100}`]);

const panels: readonly Panel[] = [
  {
    title: 'WorkItems ended',
    unit: 'ops',
    targets: [[`sum by (phase) (${rate('conclave_work_items_total')})`, '{{phase}}']],
  },
  { title: 'Steps ended', unit: 'ops', targets: [[`sum by (phase) (${rate('conclave_steps_total')})`, '{{phase}}']] },
  { title: 'Replicas that lead', unit: 'short', targets: [['sum(conclave_leader)', 'leaders']] },
  {
    title: 'Reconciles',
    unit: 'ops',
    targets: [[`sum by (controller, result) (${rate('conclave_reconciles_total')})`, '{{controller}} {{result}}']],
  },
  { title: 'Time of a reconcile', unit: 's', targets: latency('conclave_reconcile_duration_seconds', 'controller') },
  {
    title: 'Keys that wait',
    unit: 'short',
    targets: [['sum by (controller) (conclave_queue_depth)', '{{controller}}']],
  },
  { title: 'Wait for a worker', unit: 's', targets: latency('conclave_queue_wait_seconds', 'controller') },
  {
    title: 'Requests to the API server',
    unit: 'reqps',
    targets: [[`sum by (verb, code) (${rate('conclave_api_requests_total')})`, '{{verb}} {{code}}']],
  },
  { title: 'Time of a request', unit: 's', targets: latency('conclave_api_request_duration_seconds', 'verb') },
  {
    title: 'Objects in caches',
    unit: 'short',
    targets: [['max by (resource) (conclave_watched_objects)', '{{resource}}']],
  },
  {
    title: 'Watches begun anew',
    unit: 'ops',
    targets: [[`sum by (resource, reason) (${rate('conclave_watch_restarts_total')})`, '{{resource}} {{reason}}']],
  },
  {
    title: 'Answers of policy engines',
    unit: 's',
    targets: latency('conclave_policy_evaluation_duration_seconds', 'result'),
  },
  {
    title: 'Memory',
    unit: 'bytes',
    targets: [['process_resident_memory_bytes{service="conclave-operator"}', '{{pod}}']],
  },
];

const width = 8;
const height = 7;
const perRow = 24 / width;
const datasource = { type: 'prometheus', uid: '${datasource}' };

/** The dashboard, as Grafana imports it. */
export function renderDashboard(): object {
  return {
    title: 'Conclave',
    uid: 'conclave',
    description: 'Generated from hack/generate/chart/dashboard.ts by `npm run generate`: change it there.',
    tags: ['conclave'],
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }] },
    panels: panels.map(({ title, unit, targets }, index) => ({
      ...{ id: index + 1, type: 'timeseries', title, datasource },
      gridPos: { x: (index % perRow) * width, y: Math.floor(index / perRow) * height, w: width, h: height },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: targets.map(([expr, legendFormat], target) => ({
        ...{ refId: String.fromCodePoint(65 + target), expr, legendFormat, datasource },
      })),
    })),
  };
}
