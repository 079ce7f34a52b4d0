import type { JsonObject, JsonValue } from '../../operator/src/api/json.ts';
import { type Answer, toolAnswer, type ToolCall } from './answer.ts';
import { type ChatRequest, findTool } from './chat-request.ts';
import type { Fault } from './fault.ts';
import { fits } from './random-value.ts';

/** The answer as a fault of its text leaves it; other faults leave it as it is. */
export function spoilAnswer(answer: Answer, { kind }: Fault, request: ChatRequest): Answer {
  switch (kind) {
    case 'wrong-json':
      return {
        content: answer.content === null ? null : spoilJson(answer.content),
        toolCalls: answer.toolCalls.map(spoilText),
      };
    case 'wrong-arguments':
      return spoilCalls(answer, request);
    default:
      return answer;
  }
}

/** Text that begins like the JSON and is none: it ends too early, and no bracket more would mend it. */
const spoilJson = (text: string): string => `${text.slice(0, Math.ceil(text.length / 2))}, "oops": }`;

const spoilText = (call: ToolCall): ToolCall => ({ ...call, arguments: spoilJson(call.arguments) });

/** Calls a tool that is offered where the answer calls none. */
function spoilCalls(answer: Answer, request: ChatRequest): Answer {
  const [offered] = request.tools ?? [];
  const calls = answer.toolCalls.length > 0 || offered === undefined ? answer.toolCalls : callOf(offered.function.name);
  const spoilt = calls.map(({ name, arguments: text }) => {
    const schema = findTool(request, name)?.function.parameters ?? { type: 'object' };
    return { name, arguments: wrongArguments(schema, parse(text)) };
  });
  return spoilt.length === 0 ? answer : toolAnswer(spoilt);
}

const callOf = (name: string): readonly ToolCall[] => [{ name, arguments: '{}' }];

/** Arguments that do not fit: without a field, with a field of another type or one too many; in the end a list. */
function wrongArguments(schema: JsonObject, given: JsonValue): JsonValue {
  const fields = typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.entries(given) : [];
  const proposals: readonly JsonObject[] = [
    ...fields.map(([left]) => Object.fromEntries(fields.filter(([name]) => name !== left))),
    ...fields.map(([name]) => ({ ...Object.fromEntries(fields), [name]: { wrong: true } })),
    { ...Object.fromEntries(fields), 'not-an-argument': true },
  ];
  return proposals.find((proposal) => !fits(schema, proposal)) ?? [];
}

/** Null for what another fault has spoilt already. */
function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
