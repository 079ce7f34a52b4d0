import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import { formatIssuePath } from '../../core/issue-path.ts';
import { checkOutputs } from '../check-outputs.ts';
import type { Failure } from '../verdict.ts';
import type { ChatAnswer } from './chat.ts';
import { readWrittenJson } from './written-json.ts';

/** What a task says about the outputs of its step. */
export type Declared = Pick<RunnerTask, 'outputs' | 'outputSchema'>;

/** A value that may be used, or what is wrong with the answer. */
export type Judged<T> = { readonly value: T } | { readonly failure: Failure };

const toldFindings = 5;

/** What an answer has to fit so that the outputs can be made of it: a single output may be any text. */
export function schemaOfOutputs({ outputs = [], outputSchema }: Declared): JsonObject | undefined {
  if (outputSchema !== undefined) return outputSchema;
  if (outputs.length < 2) return undefined;
  return { type: 'object', properties: Object.fromEntries(outputs.map((name) => [name, {}])), required: outputs };
}

/** Whether the model will not answer at all. */
export const isRefused = ({ refusal, finish }: ChatAnswer): boolean =>
  refusal !== undefined || finish === 'content_filter';

/** The value that an answer is: JSON where it has to fit a schema, else JSON or text as it comes. */
export async function judgeAnswer(answer: ChatAnswer, schema: JsonObject | undefined): Promise<Judged<JsonValue>> {
  if (answer.finish === 'length')
    return refuse('AnswerCut', 'The answer was cut at the limit of tokens for one answer.');
  const text = withoutThoughts(answer.text);
  return text === '' ? refuse('AnswerEmpty', 'The answer is empty.') : await judgeText(text, schema);
}

/** The value that a text is: JSON where it has to fit a schema, else an object, or the text as it comes. */
export async function judgeText(text: string, schema: JsonObject | undefined): Promise<Judged<JsonValue>> {
  const value = parse(text);
  if (schema === undefined) return { value: isPlainObject(value) ? value : text };
  if (value === undefined) return refuse('AnswerInvalid', 'The answer is not JSON.');
  const mismatch = await describeMismatch(schema, value);
  return mismatch === undefined ? { value } : refuse('AnswerInvalid', mismatch);
}

/** The outputs that an answer is, checked against what is declared. */
export async function judgeOutputs(answer: JsonValue, declared: Declared): Promise<Judged<JsonObject>> {
  const outputs = asOutputs(answer, declared.outputs);
  const checked = await checkOutputs(outputs, declared);
  return 'failure' in checked ? checked : { value: outputs };
}

/** An object is the outputs as they are, else the value of the only one that is declared; any other value is `answer`. */
function asOutputs(answer: JsonValue, declared: readonly string[] = []): JsonObject {
  const [name = 'answer', ...others] = declared;
  const isSingle = others.length === 0;
  if (!isPlainObject(answer)) return { [isSingle ? name : 'answer']: answer };
  return declared.length === 1 && !Object.hasOwn(answer, name) ? { [name]: answer } : answer;
}

const isPlainObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Models that think aloud do so first, where the server does not take it away. */
const withoutThoughts = (text: string) => text.replace(/^\s*<think>[^]*?<\/think>/, '').trim();

/** Some put JSON into a code block, asked or not. */
function parse(text: string): JsonValue | undefined {
  const inner = /^```(?:json)?\s*\n([^]*)\n\s*```$/.exec(text)?.[1] ?? text;
  try {
    return readWrittenJson(inner).value;
  } catch {
    return undefined;
  }
}

async function describeMismatch(schema: JsonObject, value: JsonValue): Promise<string | undefined> {
  const { validateJson } = await import('../../core/json-schema/validate-json.ts');
  const validated = validateJson(schema, value);
  if ('problem' in validated) return `The schema cannot be used: ${validated.problem.message}.`;
  const told = validated.findings
    .slice(0, toldFindings)
    .map(({ path, message }) => `${formatIssuePath(path)} ${message}`.trim());
  return told.length === 0 ? undefined : `The answer does not fit its schema: ${told.join('; ')}.`;
}

const refuse = (reason: string, message: string) => ({ failure: { reason, message, retryable: false } });
