import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Completion } from './completion.ts';
import { BLOCK_TOKENS, type PrefixLookup } from './prefix-cache.ts';

/** How requests end, in vLLM's words. */
export type EndReason = 'stop' | 'length' | 'abort' | 'error';

const labelNames = ['model_name', 'engine'] as const;

/** The series of vLLM that this stand-in can tell the truth about, under vLLM's names and labels. */
export class SimulatorMetrics {
  readonly registry = new Registry();
  readonly #labels: { readonly model_name: string; readonly engine: string };
  readonly #cacheBlocks: number;
  #blocksInUse = 0;

  readonly #running = this.#gauge('vllm:num_requests_running', 'Number of requests in model execution batches.');
  readonly #waiting = this.#gauge('vllm:num_requests_waiting', 'Number of requests waiting to be processed.');
  readonly #cacheUsage = this.#gauge('vllm:kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent usage.');
  readonly #promptTokens = this.#counter('vllm:prompt_tokens_total', 'Number of prefill tokens processed.');
  readonly #generationTokens = this.#counter('vllm:generation_tokens_total', 'Number of generation tokens processed.');
  readonly #prefixQueries = this.#counter(
    'vllm:prefix_cache_queries_total',
    'Prefix cache queries, in terms of number of queried tokens.',
  );
  readonly #prefixHits = this.#counter(
    'vllm:prefix_cache_hits_total',
    'Prefix cache hits, in terms of number of cached tokens.',
  );
  readonly #success = new Counter({
    name: 'vllm:request_success_total',
    help: 'Count of successfully processed requests.',
    labelNames: [...labelNames, 'finished_reason'],
    registers: [this.registry],
  });
  readonly #latency = new Histogram({
    name: 'vllm:e2e_request_latency_seconds',
    help: 'Histogram of e2e request latency in seconds.',
    labelNames: [...labelNames],
    buckets: [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
    registers: [this.registry],
  });

  constructor(modelName: string, cacheBlocks: number) {
    this.#labels = { model_name: modelName, engine: '0' };
    this.#cacheBlocks = cacheBlocks;
    for (const gauge of [this.#running, this.#waiting, this.#cacheUsage]) gauge.set(this.#labels, 0);
    for (const counter of [this.#promptTokens, this.#generationTokens, this.#prefixQueries, this.#prefixHits])
      counter.inc(this.#labels, 0);
    for (const reason of ['stop', 'length', 'abort', 'error'] as const) this.#countEnd(reason, 0);
  }

  /** A prompt was taken in; call the function that comes back when its request has ended, however it did. */
  begin({ queried, hit }: PrefixLookup): (end: EndReason, completion?: Completion) => void {
    const startedAt = performance.now();
    const blocks = Math.ceil(queried / BLOCK_TOKENS);
    this.#running.inc(this.#labels);
    this.#promptTokens.inc(this.#labels, queried);
    this.#prefixQueries.inc(this.#labels, queried);
    this.#prefixHits.inc(this.#labels, hit);
    this.#useBlocks(blocks);
    return (end, completion) => {
      this.#running.dec(this.#labels);
      this.#useBlocks(-blocks);
      this.#generationTokens.inc(this.#labels, completion?.usage.completionTokens ?? 0);
      this.#countEnd(end, 1);
      this.#latency.observe(this.#labels, (performance.now() - startedAt) / 1000);
    };
  }

  #useBlocks(blocks: number): void {
    this.#blocksInUse += blocks;
    this.#cacheUsage.set(this.#labels, Math.min(1, this.#blocksInUse / this.#cacheBlocks));
  }

  #countEnd(reason: EndReason, times: number): void {
    this.#success.inc({ ...this.#labels, finished_reason: reason }, times);
  }

  #gauge(name: string, help: string): Gauge<'model_name' | 'engine'> {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #counter(name: string, help: string): Counter<'model_name' | 'engine'> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}
