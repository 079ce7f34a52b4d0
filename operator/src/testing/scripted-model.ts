import type { ServerOptions } from 'node:https';
import type { ServerResponse } from 'node:http';
import { type ReceivedRequest, ScriptedServer } from './scripted-server.ts';

/** What a scripted model says to one request. */
export interface ModelTurn {
  readonly text?: string;
  readonly refusal?: string;
  readonly calls?: readonly { readonly name: string; readonly arguments: unknown; readonly id?: string }[];
  readonly finish?: string;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** The connection is cut after so many pieces. */
  readonly cutAfter?: number;
  /** Nothing more comes after so many pieces, and the connection stays. */
  readonly stallAfter?: number;
  /** An answer that is no completion. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The body of a request that a scripted model received. */
export interface AskedBody {
  readonly model: string;
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | null;
    readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly arguments: string } }[];
    readonly tool_call_id?: string;
  }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly [field: string]: unknown;
}

/** A model server that answers by script, the `count`-th request by the `count`-th turn; for tests. */
export class ScriptedModel {
  readonly #server: ScriptedServer;
  /** What `/tokenize` answers, as vLLM's does: the tokens of a text. Without it there is no such path. */
  tokensOf: ((text: string) => number) | undefined;

  private constructor(server: ScriptedServer) {
    this.#server = server;
  }

  static async start(
    script: readonly ModelTurn[] | ((body: AskedBody, count: number, request: ReceivedRequest) => ModelTurn),
    tls?: ServerOptions,
  ): Promise<ScriptedModel> {
    const turnOf = typeof script === 'function' ? script : (_: AskedBody, count: number) => script[count - 1];
    let count = 0;
    const server = await ScriptedServer.start((request, response) => {
      if (isCounting(request)) return started.#tokenize(request, response);
      count += 1;
      const turn = turnOf(bodyOf(request), count, request) ?? {
        status: 599,
        body: { error: { message: 'the script is over' } },
      };
      answer(response, turn);
    }, tls);
    const started = new ScriptedModel(server);
    return started;
  }

  get url(): string {
    return `${this.#server.url}/v1`;
  }

  /** What it was asked. */
  get asked(): readonly AskedBody[] {
    return this.received.map(bodyOf);
  }

  get received(): readonly ReceivedRequest[] {
    return this.#server.received.filter((request) => !isCounting(request));
  }

  /** What it was asked to count. */
  get counted(): readonly ReceivedRequest[] {
    return this.#server.received.filter(isCounting);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  #tokenize(request: ReceivedRequest, response: ServerResponse): void {
    const { prompt } = JSON.parse(request.body) as { readonly prompt: string };
    const count = this.tokensOf?.(prompt);
    response.writeHead(count === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ count }));
  }
}

const isCounting = ({ url }: ReceivedRequest) => url === '/tokenize';

const bodyOf = ({ body }: ReceivedRequest) => JSON.parse(body) as AskedBody;

function answer(response: ServerResponse, turn: ModelTurn): void {
  if (turn.status !== undefined) {
    response.writeHead(turn.status, { 'content-type': 'application/json', ...turn.headers });
    response.end(JSON.stringify(turn.body ?? {}));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', ...turn.headers });
  const pieces = piecesOf(turn);
  for (const piece of pieces.slice(0, turn.cutAfter ?? turn.stallAfter))
    response.write(`data: ${JSON.stringify(piece)}\n\n`);
  if (turn.stallAfter !== undefined) return;
  if (turn.cutAfter === undefined) response.end('data: [DONE]\n\n');
  else setTimeout(() => response.destroy(), 5);
}

function piecesOf({ text = '', refusal, calls = [], finish, promptTokens = 10, completionTokens = 5 }: ModelTurn) {
  const delta = (content: object) => ({ choices: [{ index: 0, delta: content, finish_reason: null }] });
  const asked = calls.map(({ name, arguments: given, id }, index) => {
    const written = typeof given === 'string' ? given : JSON.stringify(given);
    return { index, id: id ?? `c${index + 1}`, type: 'function', function: { name, arguments: written } };
  });
  return [
    ...(text.match(/[^]{1,7}/g) ?? []).map((content) => delta({ content })),
    ...(refusal === undefined ? [] : [delta({ refusal })]),
    ...asked.flatMap(({ function: called, ...call }) => [
      delta({ tool_calls: [{ ...call, function: { name: called.name, arguments: '' } }] }),
      delta({ tool_calls: [{ index: call.index, function: { arguments: called.arguments } }] }),
    ]),
    { choices: [{ index: 0, delta: {}, finish_reason: finish ?? (calls.length > 0 ? 'tool_calls' : 'stop') }] },
    { choices: [], usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: 0 } },
  ].map((piece) => ({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', ...piece }));
}
