import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { RunnerResult } from '../../../api/runner-result.ts';
import type { RoleContract, ToolAccess } from '../../../api/runner-work.ts';
import { formatIssuePath } from '../../../core/issue-path.ts';
import { quote } from '../../../core/quote.ts';
import type { FunctionDefinition, ToolCall } from '../chat.ts';
import { fence } from '../prompts/fence.ts';
import type { WorkParts } from '../work-parts.ts';
import { readWrittenJson } from '../written-json.ts';
import type { ServedTools } from './mcp/served-tools.ts';
import { clipResult, type ToolFunction, ToolFailure } from './tool.ts';

type Count = NonNullable<RunnerResult['toolCalls']>[number];

/** Tools that roles are known to use, and that only MCP servers provide. */
const providedElsewhere = ['shell', 'docker', 'kubectl', 'helm', 'db', 'migrate', 'audit'];

/** Different names that are counted; what a model makes up beyond that is counted together. */
const mostNames = 200;

/** What a toolbox is made of. */
export interface ToolboxParts extends Pick<WorkParts, 'secrets' | 'transcript' | 'signal'> {
  readonly role: Pick<RoleContract, 'tools'>;
  readonly known: readonly ToolFunction[];
  readonly served?: Pick<ServedTools, 'functions' | 'unavailableTool'> | undefined;
  readonly workspace: string;
  readonly mark: string;
}

/** What a call came to. */
interface Outcome {
  readonly tool: string;
  readonly text: string;
  /** It was refused before anything ran. */
  readonly isRefused: boolean;
}

/** The tools that a task gives. A call of anything else is refused before it runs, and the model is told. */
export class Toolbox {
  readonly #parts: ToolboxParts;
  readonly #counts = new Map<string, { calls: number; refused: number }>();

  constructor(parts: ToolboxParts) {
    this.#parts = parts;
  }

  /** Functions that the model is told of. */
  get functions(): readonly FunctionDefinition[] {
    return this.#known
      .filter((each) => this.#refusalOf(each) === undefined)
      .map(({ name, description, parameters }) => ({ name, description, parameters }));
  }

  /** Calls that ran and calls that were refused, by tool. */
  get counts(): readonly Count[] {
    return [...this.#counts].map(([tool, count]) => ({ tool, ...count }));
  }

  /** The result of a call as data, or why there is none. Rejects only when the work as a whole is over. */
  async call(call: ToolCall): Promise<string> {
    const { signal, transcript, secrets, mark } = this.#parts;
    signal.throwIfAborted();
    const begin = performance.now();
    const { tool, text, isRefused } = await this.#run(call);
    signal.throwIfAborted();
    this.#count(tool, isRefused);
    const durationMs = Math.round(performance.now() - begin);
    transcript.add({ kind: 'tool', tool, callId: call.id, isRefused, durationMs });
    return fence(`result of ${call.name.slice(0, 64)}`, clipResult(secrets.redact(text)), mark);
  }

  async #run({ name, arguments: written }: ToolCall): Promise<Outcome> {
    const found = this.#known.find((each) => each.name === name);
    if (found === undefined) return this.#refuseUnknown(name);
    const { tool } = found;
    const refusal = this.#refusalOf(found) ?? (await this.#misuse(found, written));
    if (refusal !== undefined) return { tool, isRefused: true, text: refusal };
    return { tool, isRefused: false, text: await this.#perform(found, readWrittenJson(written).value as JsonObject) };
  }

  get #known(): readonly ToolFunction[] {
    return [...this.#parts.known, ...(this.#parts.served?.functions ?? [])];
  }

  #refuseUnknown(name: string): Outcome {
    const missing = this.#parts.served?.unavailableTool(name);
    if (missing === undefined) return { tool: toolNamed(name), isRefused: true, text: explainUnknown(name) };
    return { tool: missing, isRefused: true, text: `ToolUnavailable: the server of '${missing}' is not there.` };
  }

  #accessOf({ tool, isServed = false }: ToolFunction): ToolAccess | undefined {
    return this.#parts.role.tools.find(({ name, mcp }) => name === tool && (mcp !== undefined) === isServed);
  }

  #refusalOf(called: ToolFunction): string | undefined {
    const { name, tool, writes, refusal } = called;
    const access = this.#accessOf(called);
    if (access === undefined) return `ToolNotAllowed: the role may not use '${tool}'.`;
    if (refusal !== undefined) return refusal;
    if (writes && access.readOnly === true)
      return `ToolReadOnly: '${name}' would change something, and '${tool}' may only read.`;
    return undefined;
  }

  async #misuse({ parameters, name, refuse }: ToolFunction, written: string): Promise<string | undefined> {
    let given: JsonValue;
    try {
      given = readWrittenJson(written).value;
    } catch {
      return `ArgumentsInvalid: the arguments of ${name} are not JSON: ${quote(written)}.`;
    }
    const { validateJson } = await import('../../../core/json-schema/validate-json.ts');
    const validated = validateJson(parameters, given);
    if ('problem' in validated)
      return `ArgumentsInvalid: the arguments of ${name} cannot be checked: ${validated.problem.message}.`;
    const findings = validated.findings
      .slice(0, 5)
      .map(({ path, message }) => `${formatIssuePath(path)} ${message}`.trim());
    return findings.length === 0 ? refuse?.(given as JsonObject) : `ArgumentsInvalid: ${findings.join('; ')}.`;
  }

  async #perform(called: ToolFunction, given: JsonObject): Promise<string> {
    const { run, tool } = called;
    const access = this.#accessOf(called) ?? { name: tool };
    const { workspace, signal } = this.#parts;
    try {
      return await run(given, { workspace, access, signal });
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      return `Failed: ${error.message}`;
    }
  }

  #count(tool: string, isRefused: boolean): void {
    const isKnown = this.#counts.has(tool) || this.#counts.size < mostNames;
    const name = isKnown ? tool : 'others';
    const count = this.#counts.get(name) ?? { calls: 0, refused: 0 };
    if (isRefused) count.refused += 1;
    else count.calls += 1;
    this.#counts.set(name, count);
  }
}

/** Models often write the tool and its function together: `docker_run`, `kubectl.apply`. */
const toolNamed = (name: string) => {
  const [first = ''] = name.split(/[_.:-]/);
  return providedElsewhere.includes(first) ? first : name.slice(0, 64) || 'unnamed';
};

function explainUnknown(name: string): string {
  const tool = toolNamed(name);
  if (providedElsewhere.includes(tool)) return `ToolUnavailable: nothing provides '${tool}' here.`;
  return `ToolUnknown: there is no function ${quote(name)}.`;
}
