import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { samples, type SampleName, type SampleObject } from './sample-objects.ts';
import type { ClusterContext, ClusterScenario, ScenarioResult } from './scenario.ts';
import { median, rounded } from './statistics.ts';
import type { StatusWriterAnswer, StatusWriterOrder, StatusWriterSide } from './status-writer.ts';

interface Case {
  readonly sample: SampleName;
  readonly concurrency: number;
  /** The ratio that must be reached; absent where the number is only for orientation. */
  readonly atLeast?: number;
}

/** What the API server does for a WorkItem (its schema, its rules) hides the client: the last case is to know by how much. */
const cases: readonly Case[] = [
  { sample: 'Probe', concurrency: 1, atLeast: 3 },
  { sample: 'Probe', concurrency: 16, atLeast: 3 },
  { sample: 'Probe', concurrency: 64, atLeast: 3 },
  { sample: 'WorkItem', concurrency: 16 },
];
const mostAtOnce = Math.max(...cases.map(({ concurrency }) => concurrency));

type Measurement = Exclude<StatusWriterAnswer, { readonly error: string }>;

/** One side of the comparison: a process, and objects of its own that only it writes. */
class Side {
  readonly name: StatusWriterSide;
  readonly #child: ChildProcess;
  readonly #objects: Record<SampleName, SampleObject[]> = { Probe: [], WorkItem: [] };

  constructor(name: StatusWriterSide, kubeconfig: string) {
    this.name = name;
    this.#child = fork(fileURLToPath(new URL('status-writer.ts', import.meta.url)), [name, kubeconfig]);
  }

  async prepare({ client, namespace }: ClusterContext): Promise<void> {
    await once(this.#child, 'message');
    for (const { sample } of cases) {
      const { type, object } = samples[sample];
      for (let index = this.#objects[sample].length; index < mostAtOnce; index += 1) {
        this.#objects[sample].push(await client.create(type, object(namespace, `${this.name}-${index}`)));
      }
    }
  }

  async write({ sample, concurrency }: Case, seconds: number): Promise<Measurement> {
    const order: StatusWriterOrder = { sample, seconds, objects: this.#objects[sample].slice(0, concurrency) };
    this.#child.send(order);
    const [answer] = (await once(this.#child, 'message')) as [StatusWriterAnswer];
    if (answer.error !== undefined) throw new Error(`${this.name}: ${answer.error}`);
    this.#objects[sample].splice(0, concurrency, ...answer.objects);
    return answer;
  }

  end(): void {
    this.#child.kill();
  }
}

/** Status writes per second, by our client beside client-node's generated calls. */
export const clientScenario: ClusterScenario = {
  name: 'client',
  needs: 'cluster',
  summary: "status writes per second at 1, 16 and 64 at once, beside client-node's generated calls",
  async run(context) {
    const sides = [new Side('conclave', context.kubeconfig), new Side('client-node', context.kubeconfig)] as const;
    try {
      for (const side of sides) await side.prepare(context);
      const [ours, theirs] = sides;
      context.report('warming up');
      for (const side of sides) await side.write({ sample: 'Probe', concurrency: 16 }, context.seconds);
      const results: ScenarioResult[] = [];
      for (const one of cases) results.push(await compare(context, { ours, theirs, one }));
      return {
        rows: results.flatMap(({ rows }) => rows),
        requirements: results.flatMap(({ requirements }) => requirements),
        notes: [
          `Medians of ${context.rounds} rounds of ${context.seconds} s each, the two sides in turn, each in a process of its own.`,
          'A write is a PUT on the status subresource, with the resourceVersion of the write before.',
          'A Probe is a few fields; a WorkItem is 2 KB with the rules of its CRD, most of whose cost is the API server.',
        ],
      };
    } finally {
      for (const side of sides) side.end();
    }
  },
};

async function compare(
  { rounds, seconds, report }: ClusterContext,
  { ours, theirs, one }: { readonly ours: Side; readonly theirs: Side; readonly one: Case },
): Promise<ScenarioResult> {
  const seen = new Map<Side, Measurement[]>([
    [ours, []],
    [theirs, []],
  ]);
  for (let round = 0; round < rounds; round += 1) {
    report(`${one.sample}, ${one.concurrency} at once, round ${round + 1} of ${rounds}`);
    // Who goes first alternates, so that neither always follows the other.
    const order = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
    for (const side of order) seen.get(side)?.push(await side.write(one, seconds));
  }
  const rates = (side: Side) => (seen.get(side) ?? []).map(({ writesPerSecond }) => writesPerSecond);
  const theirRates = rates(theirs);
  // Round by round, because what else runs on the machine changes in between, and bears on both sides of one round.
  const ratio = rounded(median(rates(ours).map((rate, round) => rate / (theirRates[round] ?? Number.NaN))), 2);
  const rows = [ours, theirs].map((side) => ({
    object: one.sample,
    'at once': one.concurrency,
    client: side.name,
    'writes/s': rounded(median(rates(side)), 0),
    'p50 ms': rounded(median((seen.get(side) ?? []).map(({ p50Ms }) => p50Ms)), 1),
    'p99 ms': rounded(median((seen.get(side) ?? []).map(({ p99Ms }) => p99Ms)), 1),
    ratio: side === ours ? ratio : 1,
  }));
  const name = `our writes/s over client-node's, ${one.sample}, ${one.concurrency} at once`;
  const requirements = one.atLeast === undefined ? [] : [{ name, atLeast: one.atLeast, measured: ratio }];
  return { rows, requirements, notes: [] };
}
