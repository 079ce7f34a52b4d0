/** A step as `status.steps` of a WorkItem shows it. */
export interface ShownStep {
  readonly path: string;
  readonly phase: string;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly branch?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly attempts?: readonly { readonly resultDigest?: string }[];
  readonly iterations?: { readonly count: number };
}

const symbols: Readonly<Record<string, string>> = {
  ...{ Running: '▸', Waiting: '…', Succeeded: '✓', Failed: '✗', Skipped: '-', Cancelled: '■' },
};

/** A line for each step that stands elsewhere than before, in the order in which they began; steps of loops are indented. */
export function describeChanges(before: readonly ShownStep[], after: readonly ShownStep[]): readonly string[] {
  const phases = new Map(before.map(({ path, phase }) => [path, phase]));
  return after.filter(({ path, phase }) => phases.get(path) !== phase).map(describeStep);
}

/** Names of steps have no dots. */
const depthOf = (path: string): number => path.split('.').length - 1;

function describeStep(step: ShownStep): string {
  const { path, phase } = step;
  const depth = depthOf(path);
  const name = depth === 0 ? path : path.replace(/^.*?(\[\d+\]\.[^.]*)$/, '$1');
  const line = `${'  '.repeat(depth + 1)}${symbols[phase] ?? '·'} ${name}`;
  const facts = factsOf(step);
  return facts.length === 0 ? line : `${line.padEnd(32)} ${facts.join(', ')}`;
}

function factsOf(step: ShownStep): readonly string[] {
  const { branch, attempts = [], iterations } = step;
  return [
    ...durationOf(step),
    ...(branch === undefined ? [] : [branch]),
    ...(iterations === undefined ? [] : [`${iterations.count} items`]),
    ...(attempts.length > 1 ? [`attempt ${attempts.length}`] : []),
    ...oddityOf(step),
  ];
}

function oddityOf({ phase, reason = '', message = reason }: ShownStep): readonly string[] {
  if (reason === 'CacheHit') return ['from the cache'];
  return phase === 'Failed' || phase === 'Skipped' || reason === 'FallbackUsed' ? [message] : [];
}

function durationOf({ startedAt, finishedAt }: ShownStep): readonly string[] {
  if (startedAt === undefined || finishedAt === undefined) return [];
  return [`${((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`];
}
