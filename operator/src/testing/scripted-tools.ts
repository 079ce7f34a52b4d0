import type { ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import { type ReceivedRequest, ScriptedServer } from './scripted-server.ts';

/** A request of JSON-RPC that the server got. */
export interface AskedMethod {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: unknown;
    readonly cursor?: string;
    readonly requestId?: unknown;
  };
}

/** How a server answers one method: with a result, or by itself; undefined leaves it to what is usual. */
export type ToolScript = (asked: AskedMethod, response: ServerResponse) => object | 'answered' | undefined;

/** An MCP server over HTTP that says whatever a test makes it say; for tests. */
export class ScriptedTools {
  readonly #server: ScriptedServer;

  private constructor(server: ScriptedServer) {
    this.#server = server;
  }

  static async start(script: ToolScript, tls?: ServerOptions): Promise<ScriptedTools> {
    return new ScriptedTools(await ScriptedServer.start((request, response) => answer(request, response, script), tls));
  }

  get url(): string {
    return `${this.#server.url}/mcp`;
  }

  get received(): readonly ReceivedRequest[] {
    return this.#server.received;
  }

  /** What it was asked, by the names of methods. */
  get asked(): readonly AskedMethod[] {
    return this.#server.received.flatMap(({ body }) => (body === '' ? [] : [JSON.parse(body) as AskedMethod]));
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

function answer(request: ReceivedRequest, response: ServerResponse, script: ToolScript): void {
  if (request.method !== 'POST') {
    response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
    return;
  }
  const asked = JSON.parse(request.body) as AskedMethod;
  const result = script(asked, response) ?? usual(asked);
  if (result === 'answered') return;
  if (asked.id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const told = 'error' in result ? result : { result };
  response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 'one' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: asked.id, ...told }));
}

function usual({ method }: AskedMethod): object {
  if (method === 'initialize')
    return {
      protocolVersion: '2025-06-18',
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'scripted', version: '1' },
    };
  if (method === 'tools/list') return { tools: [aTool('echo')] };
  return { error: { code: -32_601, message: 'Method not found' } };
}

/** A tool as a server lists it. */
export const aTool = (name: string, more: object = {}) => ({ name, inputSchema: { type: 'object' }, ...more });
