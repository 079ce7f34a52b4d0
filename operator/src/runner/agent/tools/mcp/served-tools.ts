import type { JsonObject } from '../../../../api/json.ts';
import type { ToolAccess } from '../../../../api/runner-work.ts';
import { quote } from '../../../../core/quote.ts';
import type { WorkParts } from '../../work-parts.ts';
import { parameters, ToolFailure, type ToolFunction, type ToolSurroundings } from '../tool.ts';
import { nameFunctions, safeName } from './name-functions.ts';
import { mapTexts, type ServerTool } from './read-tools.ts';
import { renderContent, textOf } from './render-content.ts';
import { ServerFailure } from './server-connection.ts';
import { keyOfServer, type ServerPatience, ToolServer, usualServerPatience } from './server-of-tool.ts';

/** Time that a call may take, in milliseconds. */
const callMs = 60_000;

/** Functions of servers that are offered, over all of them. */
const mostFunctions = 100;

/** What tools of servers are made of. */
export interface ServedToolsParts extends Pick<WorkParts, 'secrets' | 'transcript' | 'signal'> {
  readonly tools: readonly ToolAccess[];
  /** Names of functions that are others already. */
  readonly taken: readonly string[];
  readonly patience?: ServerPatience | undefined;
}

type ServedAccess = ToolAccess & { readonly mcp: NonNullable<ToolAccess['mcp']> };

/** A tool of the task, and the server that provides it. */
interface Served {
  readonly access: ServedAccess;
  readonly server: ToolServer;
  /** Stands for its functions while the server was not there yet. */
  readonly substitute: ToolFunction;
  functions?: readonly ToolFunction[];
}

/** The tools of a task that MCP servers provide. A server that is not there ends nothing: it is tried again when it is called. */
export class ServedTools {
  readonly #parts: ServedToolsParts;
  readonly #servers = new Map<string, ToolServer>();
  readonly #served: readonly Served[];
  readonly #taken: Set<string>;
  #offered = 0;

  constructor(parts: ServedToolsParts) {
    this.#parts = parts;
    this.#taken = new Set(parts.taken);
    this.#served = parts.tools.flatMap((access) => (isServed(access) ? [this.#serve(access)] : []));
  }

  /** All that is known, those that may not be called among it. */
  get functions(): readonly ToolFunction[] {
    return this.#served.flatMap(({ functions, substitute }) => functions ?? [substitute]);
  }

  /** Connects to all servers at once, and lists what they can do. */
  async open(): Promise<void> {
    const { signal, patience = usualServerPatience } = this.#parts;
    await Promise.all(
      [...this.#servers.values()].map(async (server) => {
        try {
          this.#note(server, await server.openPatiently(signal, patience));
        } catch (error) {
          if (!(error instanceof ServerFailure)) throw error;
          this.#note(server, [error.message]);
        }
      }),
    );
    signal.throwIfAborted();
    this.#update();
  }

  /** The tool of a name that nothing has, where its server is not there. */
  unavailableTool(name: string): string | undefined {
    const waiting = this.#served.filter(({ functions }) => functions === undefined);
    return waiting.find(({ access }) => name.startsWith(`${safeName(access.name)}_`))?.access.name;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(({ connection }) => connection.close()));
  }

  #serve(access: ServedAccess): Served {
    const key = keyOfServer(access.mcp);
    const server = this.#servers.get(key) ?? new ToolServer(access.mcp, this.#parts.secrets);
    this.#servers.set(key, server);
    const [name = ''] = nameFunctions([{ tool: access.name, serverTool: 'try again' }], this.#taken);
    this.#taken.add(name);
    return { access, server, substitute: this.#substituteOf(name, access, server) };
  }

  #substituteOf(name: string, access: ServedAccess, server: ToolServer): ToolFunction {
    const run = async (_: JsonObject, { signal }: ToolSurroundings) => {
      try {
        this.#note(server, await server.open(signal));
      } catch (error) {
        throw failureOf(error);
      }
      this.#update();
      const names = this.functions.filter(({ tool, refusal }) => tool === access.name && refusal === undefined);
      return `It is there now. Its functions: ${names.map((each) => each.name).join(', ') || 'none'}.`;
    };
    const description = `Tries again to reach the tool '${access.name}', which was not there. Its functions are told then.`;
    return { name, tool: access.name, description, parameters: parameters({}), writes: false, isServed: true, run };
  }

  /** Functions get their names once; those that come later take no name that is known already. */
  #update(): void {
    for (const served of this.#served) {
      const { access, server } = served;
      if (served.functions !== undefined || server.tools === undefined) continue;
      const names = nameFunctions(
        server.tools.map(({ name }) => ({ tool: access.name, serverTool: name })),
        this.#taken,
      );
      served.functions = server.tools.map((tool, index) => this.#functionOf(tool, names[index] ?? '', served));
      for (const name of names) this.#taken.add(name);
    }
  }

  #functionOf(tool: ServerTool, name: string, { access, server }: Served): ToolFunction {
    const redact = (text: string) => this.#parts.secrets.redact(text);
    const refusal = refusalOf(tool, access) ?? this.#excess();
    return {
      ...{ name, tool: access.name, writes: !tool.isReadOnly, isServed: true },
      description: redact(tool.description),
      parameters: mapTexts(tool.parameters, redact) as JsonObject,
      ...(refusal !== undefined && { refusal }),
      run: (given, { signal }) => callTool(server, tool, { given, signal }),
    };
  }

  #excess(): string | undefined {
    this.#offered += 1;
    return this.#offered > mostFunctions ? `ToolUnavailable: only ${mostFunctions} functions are offered.` : undefined;
  }

  #note(server: ToolServer, problems: readonly string[]): void {
    const tools = this.#served.filter((each) => each.server === server).map(({ access }) => quote(access.name));
    for (const problem of problems.slice(0, 20))
      this.#parts.transcript.add({ kind: 'note', text: `Server of ${tools.join(', ')}: ${problem}.` });
  }
}

const isServed = (access: ToolAccess): access is ServedAccess => access.mcp !== undefined;

function refusalOf({ name, isReadOnly }: ServerTool, { name: tool, mcp, readOnly }: ServedAccess): string | undefined {
  if (mcp.allow !== undefined && !mcp.allow.includes(name))
    return `ToolNotAllowed: the role may not call ${quote(name)} of '${tool}'.`;
  if (readOnly === true && !isReadOnly)
    return `ToolReadOnly: ${quote(name)} may change something, and '${tool}' may only read.`;
  return undefined;
}

async function callTool(
  { connection }: ToolServer,
  tool: ServerTool,
  { given, signal }: { readonly given: JsonObject; readonly signal: AbortSignal },
): Promise<string> {
  try {
    const result = await connection.call({ tool, given, signal, timeoutMs: callMs });
    if (result.isError === true) throw new ToolFailure(textOf(result));
    return renderContent(result);
  } catch (error) {
    throw failureOf(error);
  }
}

/** What the model is told; anything else is a fault of ours. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof ServerFailure)) return error;
  return new ToolFailure(error.kind === 'unavailable' ? `ToolUnavailable: ${error.message}` : error.message);
}
