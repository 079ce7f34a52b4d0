import { setTimeout as sleep } from 'node:timers/promises';
import type { ToolAccess } from '../../../../api/runner-work.ts';
import type { Secrets } from '../../secrets.ts';
import { readTools, type ServerTool } from './read-tools.ts';
import { ServerConnection, ServerFailure } from './server-connection.ts';

/** How a server is reached, as a task says it. */
export type ServerAddress = Pick<NonNullable<ToolAccess['mcp']>, 'url' | 'headerVariables'>;

/** How long a server that is starting is waited for, in milliseconds. One in the same pod starts together with us. */
export interface ServerPatience {
  readonly totalMs: number;
  readonly delayMs: number;
}

export const usualServerPatience: ServerPatience = { totalMs: 30_000, delayMs: 250 };

/** The same for tools that are served by one connection. */
export const keyOfServer = ({ url, headerVariables = {} }: ServerAddress): string =>
  JSON.stringify([url, Object.entries(headerVariables).sort()]);

/** One MCP server, and what it said when it was first asked what it can do: whatever it says later counts for nothing. */
export class ToolServer {
  readonly connection: ServerConnection;
  readonly #problem: string | undefined;
  #tools: readonly ServerTool[] | undefined;

  constructor({ url, headerVariables = {} }: ServerAddress, secrets: Secrets) {
    const headers = new Map<string, string>();
    for (const [name, variable] of Object.entries(headerVariables)) {
      // Secrets that were made from files end with a line end.
      const value = secrets.valueOf(variable)?.trim();
      if (value === undefined) this.#problem = `the variable ${variable} is not set`;
      else if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
        this.#problem = `the value of the variable ${variable} cannot be a header`;
      else headers.set(name, value);
    }
    this.connection = new ServerConnection(url, Object.fromEntries(headers));
  }

  /** What it can do; undefined while that is not known. */
  get tools(): readonly ServerTool[] | undefined {
    return this.#tools;
  }

  /** Asks what it can do, for the first time; answers with what it described wrongly. @throws ServerFailure */
  async open(signal: AbortSignal): Promise<readonly string[]> {
    if (this.#problem !== undefined) throw new ServerFailure('unavailable', this.#problem, false);
    const { tools, problems } = readTools(await this.connection.list(signal));
    this.#tools = tools;
    return problems;
  }

  /** The same, again and again while it may be starting. */
  async openPatiently(signal: AbortSignal, { totalMs, delayMs }: ServerPatience): Promise<readonly string[]> {
    const until = performance.now() + totalMs;
    for (;;) {
      try {
        return await this.open(signal);
      } catch (error) {
        const isOver = performance.now() + delayMs > until;
        if (!(error instanceof ServerFailure) || !error.isPassing || isOver) throw error;
        await sleep(delayMs, undefined, { signal });
      }
    }
  }
}
