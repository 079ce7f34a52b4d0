import type { JsonValue } from '../../operator/src/api/json.ts';
import { digestOf } from '../../operator/src/core/digest.ts';
import { findSchemaProblem } from '../../operator/src/core/json-schema/validate-json.ts';
import type { Random } from '../../operator/src/kube/clock.ts';
import { seededRandom } from '../../operator/src/testing/seeded-random.ts';
import { type Answer, contentAnswer, toolAnswer } from './answer.ts';
import { badRequest } from './api-error.ts';
import { type ChatRequest, findTool, namedToolOf, type Tool } from './chat-request.ts';
import { randomSentence, pick, wholeBetween } from './random-words.ts';
import { randomValue } from './random-value.ts';

/**
 * An answer that fits what is asked for, drawn at random from a seed and the request: the same request has the same
 * answer, streamed or not. Tools that may be called are called at most once in a conversation, and in half of them.
 * @throws ApiError for a schema that cannot be used
 */
export function randomAnswer(request: ChatRequest, seed: number): Answer {
  const random = randomOf(request, seed);
  const tool = chooseTool(request, random);
  if (tool !== undefined) return toolAnswer([{ name: tool.function.name, arguments: randomArguments(tool, random) }]);
  return contentAnswer(randomContent(request, random));
}

/** A sequence of numbers that the seed and the request fix, however the answer travels. */
function randomOf(request: ChatRequest, seed: number): Random {
  const said = { ...request, stream: undefined, stream_options: undefined };
  const digest = digestOf([seed, JSON.stringify(said)]);
  return seededRandom(Number.parseInt(digest.slice(-8), 16));
}

function chooseTool(request: ChatRequest, random: Random): Tool | undefined {
  const { tools, tool_choice: choice, messages } = request;
  const named = namedToolOf(request);
  if (named !== undefined) return findTool(request, named);
  if (choice === 'none' || !tools?.length) return undefined;
  const isOver = messages.some(({ role }) => role === 'tool') || random() < 0.5;
  return choice === 'required' || !isOver ? pick(tools, random) : undefined;
}

/** Arguments that fit what a tool takes. @throws ApiError */
export function randomArguments({ function: { name, parameters } }: Tool, random: Random): JsonValue {
  return draw(parameters ?? { type: 'object' }, random, `the parameters of the tool '${name}'`);
}

function randomContent({ response_format: format }: ChatRequest, random: Random): string {
  switch (format?.type) {
    case 'json_schema':
      return JSON.stringify(draw(format.json_schema.schema, random, 'the schema of `response_format`'));
    case 'json_object':
      return JSON.stringify({ note: randomSentence(random) });
    default:
      return Array.from({ length: wholeBetween(1, 3, random) }, () => randomSentence(random)).join(' ');
  }
}

function draw(schema: Parameters<typeof randomValue>[0], random: Random, what: string): JsonValue {
  const problem = findSchemaProblem(schema);
  if (problem !== undefined) throw badRequest(`${what} cannot be used: ${problem.message}`, 'response_format');
  const value = randomValue(schema, random);
  if (value === undefined)
    throw badRequest(`${what} is too involved: no value was found that fits it`, 'response_format');
  return value;
}
