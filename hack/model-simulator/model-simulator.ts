import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerChat, type Turn } from './answer-chat.ts';
import { ApiError, badRequest, notFound } from './api-error.ts';
import { type ChatRequest, parseChatRequest, parseTokenizeRequest } from './chat-request.ts';
import { headerOf, readBody, sendJson } from './exchange.ts';
import { parseBody } from './parse-body.ts';
import { Playbook } from './playbook.ts';
import { BLOCK_TOKENS, PrefixCache } from './prefix-cache.ts';
import { randomAnswer } from './random-answer.ts';
import { renderPrompt } from './render-prompt.ts';
import { faultOnDemand, type Rule } from './script.ts';
import { SimulatorMetrics } from './simulator-metrics.ts';
import { splitTokens, tokenize } from './tokens.ts';

export interface SimulatorOptions {
  /** The name under which it is asked for. */
  readonly model: string;
  readonly maxModelLen: number;
  readonly seed: number;
  /** Milliseconds before each answer begins. */
  readonly latencyMs: number;
  readonly rules: readonly Rule[];
  readonly apiKey?: string | undefined;
  /** A free port by default. */
  readonly port?: number;
  /** Loopback by default: a stand-in has no business on a network. */
  readonly host?: string;
}

/** Prompts of full length that the cache of prefixes holds. */
const CACHED_PROMPTS = 16;

/** A server with the API surface of vLLM and no model behind it. */
export class ModelSimulator {
  readonly #server: Server;
  readonly #options: SimulatorOptions;
  readonly #playbook: Playbook;
  readonly #cache: PrefixCache;
  readonly #metrics: SimulatorMetrics;

  private constructor(options: SimulatorOptions) {
    const blocks = Math.ceil((options.maxModelLen / BLOCK_TOKENS) * CACHED_PROMPTS);
    this.#options = options;
    this.#playbook = new Playbook(options.rules);
    this.#cache = new PrefixCache(blocks);
    this.#metrics = new SimulatorMetrics(options.model, blocks);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Listens; rejects when the address cannot be had. */
  static async start(options: SimulatorOptions): Promise<ModelSimulator> {
    const simulator = new ModelSimulator(options);
    const server = simulator.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
    });
    return simulator;
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Ends at once: requests under way are cut. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      const refusal = error instanceof ApiError ? error : new ApiError(500, 'InternalServerError', String(error));
      if (response.headersSent) response.destroy();
      else sendJson(response, refusal.status, refusal.body);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (!this.#isAllowed(path, request)) {
      sendJson(response, 401, { error: 'Unauthorized' });
      return;
    }
    const method = request.method ?? 'GET';
    const handler = this.#routes[`${method} ${path}`];
    if (handler === undefined) throw notFound(`there is no ${method} ${path} in this stand-in for vLLM`);
    await handler(request, response);
  }

  /** A key guards what is under `/v1`, as vLLM's does, and the faults; health and metrics are open. */
  #isAllowed(path: string, request: IncomingMessage): boolean {
    const { apiKey } = this.#options;
    if (apiKey === undefined || !/^\/(v1|faults)(\/|$)/.test(path)) return true;
    return headerOf(request, 'authorization') === `Bearer ${apiKey}`;
  }

  readonly #routes: Readonly<
    Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void>
  > = {
    'GET /health': (_request, response) => void response.writeHead(200).end(),
    'GET /version': (_request, response) => sendJson(response, 200, { version: '0.0.0-simulated' }),
    'GET /metrics': async (_request, response) => {
      const { registry } = this.#metrics;
      response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
    },
    'GET /v1/models': (_request, response) => sendJson(response, 200, this.#models()),
    'POST /v1/chat/completions': (request, response) => this.#chat(request, response),
    'POST /tokenize': async (request, response) => sendJson(response, 200, this.#tokenize(await readBody(request))),
    'GET /faults': (_request, response) => sendJson(response, 200, this.#playbook.demanded),
    'POST /faults': async (request, response) => {
      this.#playbook.demand(parseBody(faultOnDemand, await readBody(request)));
      sendJson(response, 201, this.#playbook.demanded);
    },
    'DELETE /faults': (_request, response) => {
      this.#playbook.clearDemanded();
      response.writeHead(204).end();
    },
  };

  async #chat(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = parseChatRequest(await readBody(incoming));
    this.#demandModel(request.model);
    const tokens = tokenize(renderPrompt(request.messages, request.tools ?? []));
    const mostTokens = this.#tokensLeft(request, tokens.length);
    const asker = { role: headerOf(incoming, 'x-conclave-role'), step: headerOf(incoming, 'x-conclave-step') };
    const { answer, faults } = this.#playbook.choose(request, asker);
    const { seed, latencyMs, model } = this.#options;
    const turn: Turn = {
      ...{ request, answer: answer ?? randomAnswer(request, seed), faults, mostTokens, latencyMs },
      prefix: this.#cache.lookUp(tokens, request.cache_salt ?? undefined),
      model: `${model} (simulated)`,
    };
    await answerChat(turn, response, this.#metrics);
  }

  #demandModel(asked: string | null | undefined): void {
    const { model } = this.#options;
    if (asked === null || asked === undefined || asked === '' || asked === model) return;
    throw notFound(`The model \`${asked}\` does not exist.`, 'model');
  }

  /** Tokens that the answer may have. @throws ApiError, in vLLM's words, for a prompt that leaves too little room */
  #tokensLeft(request: ChatRequest, promptTokens: number): number {
    const { maxModelLen } = this.#options;
    const asked = request.max_completion_tokens ?? request.max_tokens ?? undefined;
    if (asked !== undefined && asked > maxModelLen) throw badRequest(tooMuchAsked(asked, maxModelLen), 'max_tokens');
    if (promptTokens + (asked ?? 1) > maxModelLen)
      throw badRequest(tooLong(promptTokens, asked ?? 0, maxModelLen), 'input_tokens');
    return asked ?? maxModelLen - promptTokens;
  }

  #tokenize(body: string) {
    const request = parseTokenizeRequest(body);
    this.#demandModel(request.model);
    const text = 'prompt' in request ? String(request.prompt) : promptOf(request);
    const tokens = tokenize(text);
    const strings = request.return_token_strs === true ? { token_strs: splitTokens(text) } : {};
    return { count: tokens.length, max_model_len: this.#options.maxModelLen, tokens, ...strings };
  }

  #models() {
    const { model, maxModelLen } = this.#options;
    const card = { id: model, object: 'model', created: Math.floor(Date.now() / 1000), owned_by: 'model-sim' };
    return { object: 'list', data: [{ ...card, root: model, parent: null, max_model_len: maxModelLen }] };
  }
}

const promptOf = (request: Extract<ReturnType<typeof parseTokenizeRequest>, { messages: unknown }>): string =>
  renderPrompt(request.messages, request.tools ?? []);

const tooMuchAsked = (asked: number, limit: number): string =>
  `max_tokens=${asked} cannot be greater than max_model_len=${limit}. Please request fewer output tokens.`;

/** vLLM stops reading one token beyond the limit, and says "at least" for that reason. */
function tooLong(promptTokens: number, asked: number, limit: number): string {
  const read = Math.min(promptTokens, limit - asked + 1);
  return (
    `This model's maximum context length is ${limit} tokens. However, you requested ${asked} output tokens and your ` +
    `prompt contains at least ${read} input tokens, for a total of at least ${read + asked} tokens. Please reduce the ` +
    `length of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=${read})`
  );
}
