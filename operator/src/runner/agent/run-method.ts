import type { CallToolResult } from '@modelcontextprotocol/client';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { answerLost } from '../../api/runner-contract.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import type { ToolAccess } from '../../api/runner-work.ts';
import { formatIssuePath } from '../../core/issue-path.ts';
import { findExcess } from '../../core/json-schema/find-excess.ts';
import { schemaLimits } from '../../core/json-schema/limits.ts';
import { validateJson } from '../../core/json-schema/validate-json.ts';
import { failed, type Verdict } from '../verdict.ts';
import type { Tally } from './agent-run.ts';
import { mapTexts, type ServerTool } from './tools/mcp/read-tools.ts';
import { textOf } from './tools/mcp/render-content.ts';
import { ServerFailure } from './tools/mcp/server-connection.ts';
import { type ServerPatience, ToolServer, usualServerPatience } from './tools/mcp/server-of-tool.ts';
import { limitsOf, type WorkParts } from './work-parts.ts';

/** Longest that a timer can wait, in milliseconds. */
const longestTimerMs = 2_147_483_647;

/** What a Method is called with. */
export interface MethodCall {
  readonly parts: WorkParts;
  readonly tally: Tally;
  readonly patience?: ServerPatience | undefined;
}

/** Calls one tool of an MCP server with the inputs of the task. Its result is the outputs. */
export async function runMethod({ name, mcp }: ToolAccess, given: MethodCall): Promise<Verdict> {
  const { parts, patience = usualServerPatience } = given;
  if (mcp === undefined) return failed('TaskUnreadable', 'The task does not say how the tool is reached.');
  const server = new ToolServer(mcp, parts.secrets);
  try {
    await server.openPatiently(parts.signal, patience);
    const tool = server.tools?.find((each) => each.name === name);
    if (tool === undefined) return failed('ToolNotFound', `The server has no tool '${name}' that can be used.`);
    const unfit = findMisfit(tool, parts.task.inputs);
    if (unfit !== undefined) return failed('InputInvalid', unfit);
    return await call(server, tool, given);
  } catch (error) {
    if (!(error instanceof ServerFailure)) throw error;
    return failed(
      error.kind === 'unavailable' ? 'ToolUnavailable' : 'ToolFailed',
      told(error.message),
      error.isPassing,
    );
  } finally {
    await server.connection.close();
  }
}

function findMisfit({ name, parameters }: ServerTool, inputs: JsonObject): string | undefined {
  const validated = validateJson(parameters, inputs);
  if ('problem' in validated) return `The inputs of '${name}' cannot be checked: ${validated.problem.message}.`;
  const findings = validated.findings.slice(0, 5);
  if (findings.length === 0) return undefined;
  const all = findings.map(({ path, message }) => `${formatIssuePath(path)} ${message}`.trim());
  return `The inputs do not fit what '${name}' takes: ${all.join('; ')}.`;
}

async function call({ connection }: ToolServer, tool: ServerTool, { parts, tally }: MethodCall): Promise<Verdict> {
  const { task, signal, transcript, secrets } = parts;
  const timeoutMs = Math.min(limitsOf(task).wallTimeSeconds * 1000, longestTimerMs);
  tally.toolCalls = () => [{ tool: tool.name, calls: 1, refused: 0 }];
  const begin = performance.now();
  try {
    const result = await connection.call({ tool, given: task.inputs, signal, timeoutMs });
    if (result.isError === true) return failed('ToolFailed', told(secrets.redact(textOf(result))));
    return outputsOf(result, parts);
  } catch (error) {
    // Whether it was carried out is not known: what changes nothing may be asked for again.
    if (error instanceof ServerFailure && error.kind === 'lost')
      return failed(answerLost, told(error.message), tool.isReadOnly);
    if (signal.aborted && !tool.isReadOnly) return failed(answerLost, 'The call was given up while it ran.');
    throw error;
  } finally {
    const durationMs = Math.round(performance.now() - begin);
    transcript.add({ kind: 'tool', tool: tool.name, callId: 'call', isRefused: false, durationMs });
  }
}

const told = (message: string) => message.slice(0, 1000).toWellFormed() || 'The tool failed and did not say why.';

function outputsOf(result: CallToolResult, { task, secrets }: WorkParts): Verdict {
  const value = (result.structuredContent ?? textOf(result)) as JsonValue;
  const excess = findExcess(value, schemaLimits.value);
  if (excess !== undefined) return failed('OutputInvalid', `The result ${excess}.`);
  const outputs = asOutputs(
    mapTexts(value, (text) => secrets.redact(text)),
    task,
  );
  return { outcome: 'succeeded', outputs };
}

/** An object is the outputs as they are, else the value of the only one that is declared; any other value is `content`. */
function asOutputs(value: JsonValue, { outputs: declared = [] }: RunnerTask): JsonObject {
  const [name = 'content', ...others] = declared;
  if (!isPlainObject(value)) return { [others.length === 0 ? name : 'content']: value };
  return declared.length === 1 && !Object.hasOwn(value, name) ? { [name]: value } : value;
}

const isPlainObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
