import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../cluster/free-port.ts';
import { type OperatorProcess, startOperator, waitUntilReady } from '../../operator-process/operator-process.ts';
import type { EnginePlace } from './engine-place.ts';
import { type MetricSamples, parseMetrics } from './metric-samples.ts';

const readyMs = 60_000;

/** An operator that is a process of its own, and what it says of itself. */
export class MeasuredOperator {
  readonly #process: OperatorProcess;
  readonly #healthPort: number;

  private constructor(operator: OperatorProcess, healthPort: number) {
    this.#process = operator;
    this.#healthPort = healthPort;
  }

  /** Starts it, as its own account, for one namespace; it need not be ready yet. */
  static async start({ kubectl, folder, namespace, serverFlags }: EnginePlace): Promise<MeasuredOperator> {
    const healthPort = await freePort();
    const flags = ['--namespace', namespace, '--health-port', String(healthPort), ...serverFlags];
    const logFile = join(folder, 'operator.log');
    return new MeasuredOperator(
      await startOperator(kubectl, { folder: join(folder, 'operator'), flags, logFile }),
      healthPort,
    );
  }

  async untilReady(): Promise<void> {
    await waitUntilReady(this.#process, { healthPort: this.#healthPort, timeoutMs: readyMs });
  }

  async metrics(): Promise<MetricSamples> {
    const response = await fetch(`http://127.0.0.1:${this.#healthPort}/metrics`);
    return parseMetrics(await response.text());
  }

  /** Looks at its metrics again and again until `isSo`; answers with those. @throws Error when it ends or takes too long */
  async until(
    isSo: (samples: MetricSamples) => boolean,
    { timeoutMs, pollMs = shortestPollMs }: { readonly timeoutMs: number; readonly pollMs?: number },
  ): Promise<MetricSamples> {
    const endsAtMs = performance.now() + timeoutMs;
    while (performance.now() < endsAtMs) {
      if (this.#process.child.exitCode !== null) throw new Error('the operator has ended');
      const samples = await this.metrics().catch(() => undefined);
      if (samples !== undefined && isSo(samples)) return samples;
      await sleep(pollMs);
    }
    throw new Error(`the operator did not get there in ${timeoutMs / 1000} s`);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

/** Collecting metrics takes the operator some milliseconds. */
const shortestPollMs = 100;

/** Lets `work` measure an operator that is ready, and ends it. */
export async function withOperator<T>(
  place: EnginePlace,
  work: (operator: MeasuredOperator) => Promise<T>,
): Promise<T> {
  const operator = await MeasuredOperator.start(place);
  try {
    await operator.untilReady();
    return await work(operator);
  } finally {
    await operator.stop();
  }
}
