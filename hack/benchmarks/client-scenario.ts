import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sampleWorkItem, workItems, type SampleWorkItem } from './sample-work-item.ts';
import type { Scenario, ScenarioContext, ScenarioResult } from './scenario.ts';
import { median, rounded } from './statistics.ts';
import type { StatusWriterAnswer, StatusWriterOrder, StatusWriterSide } from './status-writer.ts';

const concurrencies = [1, 16, 64];
const required = 3;

type Measurement = Exclude<StatusWriterAnswer, { readonly error: string }>;

/** One side of the comparison: a process, and objects of its own that only it writes. */
class Side {
  readonly name: StatusWriterSide;
  readonly #child: ChildProcess;
  readonly #objects: SampleWorkItem[] = [];

  constructor(name: StatusWriterSide, kubeconfig: string) {
    this.name = name;
    this.#child = fork(fileURLToPath(new URL('status-writer.ts', import.meta.url)), [name, kubeconfig]);
  }

  async prepare({ client, namespace }: ScenarioContext): Promise<void> {
    await once(this.#child, 'message');
    for (let index = 0; index < Math.max(...concurrencies); index += 1) {
      this.#objects.push(await client.create(workItems, sampleWorkItem(namespace, `${this.name}-${index}`)));
    }
  }

  async write(concurrency: number, seconds: number): Promise<Measurement> {
    const order: StatusWriterOrder = { seconds, objects: this.#objects.slice(0, concurrency) };
    this.#child.send(order);
    const [answer] = (await once(this.#child, 'message')) as [StatusWriterAnswer];
    if (answer.error !== undefined) throw new Error(`${this.name}: ${answer.error}`);
    this.#objects.splice(0, concurrency, ...answer.objects);
    return answer;
  }

  end(): void {
    this.#child.kill();
  }
}

/** Status writes per second, by our client beside client-node's generated calls. */
export const clientScenario: Scenario = {
  name: 'client',
  summary: "status writes per second at 1, 16 and 64 at once, beside client-node's generated calls",
  async run(context) {
    const sides = [new Side('conclave', context.kubeconfig), new Side('client-node', context.kubeconfig)] as const;
    try {
      for (const side of sides) await side.prepare(context);
      const [ours, theirs] = sides;
      context.report('warming up');
      for (const side of sides) await side.write(16, context.seconds);
      const results: ScenarioResult[] = [];
      for (const concurrency of concurrencies) results.push(await compare(context, { ours, theirs, concurrency }));
      return {
        rows: results.flatMap(({ rows }) => rows),
        requirements: results.flatMap(({ requirements }) => requirements),
        notes: [
          `Medians of ${context.rounds} rounds of ${context.seconds} s each, the two sides in turn, each in a process of its own.`,
          'A write is a PUT on the status of a WorkItem (about 2 KB), with the resourceVersion of the write before.',
        ],
      };
    } finally {
      for (const side of sides) side.end();
    }
  },
};

async function compare(
  { rounds, seconds, report }: ScenarioContext,
  { ours, theirs, concurrency }: { readonly ours: Side; readonly theirs: Side; readonly concurrency: number },
): Promise<ScenarioResult> {
  const seen = new Map<Side, Measurement[]>([
    [ours, []],
    [theirs, []],
  ]);
  for (let round = 0; round < rounds; round += 1) {
    report(`${concurrency} at once, round ${round + 1} of ${rounds}`);
    // Who goes first alternates, so that neither always follows the other.
    const order = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
    for (const side of order) seen.get(side)?.push(await side.write(concurrency, seconds));
  }
  const rate = (side: Side) => median((seen.get(side) ?? []).map(({ writesPerSecond }) => writesPerSecond));
  const ratio = rounded(rate(ours) / rate(theirs), 2);
  const rows = [ours, theirs].map((side) => ({
    'at once': concurrency,
    client: side.name,
    'writes/s': rounded(rate(side), 0),
    'p50 ms': rounded(median((seen.get(side) ?? []).map(({ p50Ms }) => p50Ms)), 1),
    'p99 ms': rounded(median((seen.get(side) ?? []).map(({ p99Ms }) => p99Ms)), 1),
    ratio: side === ours ? ratio : 1,
  }));
  const name = `our writes/s over client-node's, ${concurrency} at once`;
  return { rows, requirements: [{ name, atLeast: required, measured: ratio }], notes: [] };
}
