import type { CallToolResult, Client, ClientOptions, JsonSchemaValidator } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { JsonObject } from '../../../../api/json.ts';
import type { ServerTool } from './read-tools.ts';
import { ServerTraffic } from './server-traffic.ts';

/** How a call ended without a result. */
export type ServerFailureKind =
  /** Nothing was done: the server is not there, or lets nobody in. */
  | 'unavailable'
  /** The server was asked, and what became of it is not known. */
  | 'lost'
  /** The server will not do it. */
  | 'refused';

/** An MCP server gave no result. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure';
  readonly kind: ServerFailureKind;
  /** A moment may mend it, as with a server that is starting. */
  readonly isPassing: boolean;

  constructor(kind: ServerFailureKind, message: string, isPassing = true) {
    super(message);
    this.kind = kind;
    this.isPassing = isPassing;
  }
}

/** One call of a tool. */
export interface ServerCall {
  readonly tool: Pick<ServerTool, 'name' | 'parameters'>;
  readonly given: JsonObject;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Times in milliseconds. */
const limits = { mostBytes: 8 * 1024 * 1024, silenceMs: 600_000, connectMs: 20_000, goodbyeMs: 1_000 } as const;

/** Pages of a list that are read. */
const mostPages = 32;

/** Each tool is read by itself: one that is described wrongly must not hide the others. */
const pageOfTools = z.looseObject({ tools: z.array(z.unknown()).max(10_000), nextCursor: z.string().optional() });

/** Statuses of a server that does not know our session any more: it has done nothing. */
const sessionLost: ReadonlySet<number> = new Set([400, 404]);

/** One MCP server over streamable HTTP; it is connected to when it is needed, and again when it has forgotten us. */
export class ServerConnection {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #traffic = new ServerTraffic(limits);
  #client: Client | undefined;
  #endSession: (() => Promise<void>) | undefined;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#url = url;
    this.#headers = headers;
  }

  /** What the server says that it can do, as it says it. @throws ServerFailure */
  async list(signal: AbortSignal): Promise<readonly unknown[]> {
    return await this.#ask(signal, async (client) => {
      const tools: unknown[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const params = cursor === undefined ? {} : { cursor };
        const options = { signal: this.#begin(signal), timeout: limits.connectMs };
        const answer = await client.request({ method: 'tools/list', params }, pageOfTools, options);
        tools.push(...answer.tools);
        cursor = answer.nextCursor;
        if (cursor === undefined) break;
      }
      return tools;
    });
  }

  /** The result, be it of success or not. @throws ServerFailure */
  async call({ tool: { name, parameters }, given, timeoutMs, signal }: ServerCall): Promise<CallToolResult> {
    const toolDefinition = { name, inputSchema: { ...parameters, type: 'object' as const } };
    const question = async (client: Client) => {
      const options = { signal: this.#begin(signal), timeout: timeoutMs, toolDefinition };
      return await client.callTool({ name, arguments: given }, options);
    };
    return await this.#ask(signal, question, (failure) => this.#asOfCall(failure));
  }

  async close(): Promise<void> {
    const goodbye = this.#endSession?.().catch(() => undefined);
    await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, limits.goodbyeMs).unref())]);
    await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = this.#endSession = undefined;
    await client?.close().catch(() => undefined);
  }

  /** Until when a single request is waited for. */
  #begin(signal: AbortSignal): AbortSignal {
    const { excess, cut } = this.#traffic.begin();
    return AbortSignal.any([signal, excess, cut]);
  }

  async #ask<T>(
    signal: AbortSignal,
    question: (client: Client) => Promise<T>,
    understand = (failure: ServerFailure) => failure,
  ): Promise<T> {
    for (let isAgain = this.#client === undefined; ; isAgain = true) {
      const client = await this.#connected(signal);
      try {
        return await question(client);
      } catch (error) {
        signal.throwIfAborted();
        const { problem } = this.#traffic;
        const isForgotten = problem?.kind === 'status' && sessionLost.has(problem.status);
        if (isForgotten) await this.#disconnect();
        if (!isForgotten || isAgain) throw understand(this.#explain(error));
      }
    }
  }

  async #connected(signal: AbortSignal): Promise<Client> {
    if (this.#client !== undefined) return this.#client;
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const client = new Client({ name: 'conclave', version: '1' }, clientOptions);
    const { excess } = this.#traffic.begin();
    const { fetch } = this.#traffic;
    try {
      const transport = new StreamableHTTPClientTransport(new URL(this.#url), {
        ...{ fetch, requestInit: { headers: { ...this.#headers } }, onInsufficientScope: 'throw' },
      });
      const until = AbortSignal.any([signal, excess, AbortSignal.timeout(limits.connectMs)]);
      await client.connect(transport, { signal: until, timeout: limits.connectMs });
      this.#endSession = () => transport.terminateSession();
    } catch (error) {
      await client.close().catch(() => undefined);
      signal.throwIfAborted();
      const { message, isPassing } = this.#explain(error);
      throw new ServerFailure('unavailable', message, isPassing);
    }
    this.#client = client;
    return client;
  }

  /** A gateway that fails may have passed the call on before. */
  #asOfCall(failure: ServerFailure): ServerFailure {
    const { problem } = this.#traffic;
    return problem?.kind === 'status' && problem.status >= 500 ? new ServerFailure('lost', failure.message) : failure;
  }

  #explain(error: unknown): ServerFailure {
    const { problem } = this.#traffic;
    if (problem?.kind === 'status') {
      const { status } = problem;
      const where = status >= 300 && status < 400 ? ', which leads elsewhere and is not followed' : '';
      return new ServerFailure('unavailable', `the server answered ${status}${where}`, status >= 500);
    }
    if (problem?.kind === 'unreached')
      return new ServerFailure('unavailable', `the server cannot be reached: ${problem.message}`);
    if (problem?.kind === 'excess') return new ServerFailure('lost', problem.message);
    const message = messageOf(error);
    return isRefusal(error) ? new ServerFailure('refused', message, false) : new ServerFailure('lost', message);
  }
}

/** What a server sends is checked by us, with bounds, and it is given nothing that it asks for. */
const clientOptions: ClientOptions = {
  capabilities: {},
  inputRequired: { autoFulfill: false },
  versionNegotiation: { mode: 'auto' },
  jsonSchemaValidator: {
    getValidator<T>(): JsonSchemaValidator<T> {
      return (value) => ({ valid: true, data: value as T, errorMessage: undefined });
    },
  },
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 500);

/** An error that the server sent as its answer, by JSON-RPC. */
const isRefusal = (error: unknown) => error instanceof Error && error.name === 'ProtocolError';
