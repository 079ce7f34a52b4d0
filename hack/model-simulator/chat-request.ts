import { z } from 'zod';
import type { JsonObject } from '../../operator/src/api/json.ts';
import { badRequest } from './api-error.ts';
import { parseBody } from './parse-body.ts';

const jsonObject = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject, JsonObject>;
const textPart = z.looseObject({ type: z.literal('text'), text: z.string() });

const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function').default('function'),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(textPart)]).nullish(),
  tool_calls: z.array(toolCall).nullish(),
  tool_call_id: z.string().nullish(),
});
export type Message = z.output<typeof message>;

const tool = z.looseObject({
  type: z.literal('function').default('function'),
  function: z.looseObject({ name: z.string(), description: z.string().nullish(), parameters: jsonObject.nullish() }),
});
export type Tool = z.output<typeof tool>;

const responseFormat = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({ name: z.string(), schema: jsonObject }),
  }),
]);

const namedTool = z.looseObject({ type: z.literal('function'), function: z.looseObject({ name: z.string() }) });
const tokenLimit = z.int().min(1).nullish();

const chatRequest = z.looseObject({
  model: z.string().nullish(),
  messages: z.array(message).min(1),
  tools: z.array(tool).nullish(),
  tool_choice: z.union([z.enum(['none', 'auto', 'required']), namedTool]).nullish(),
  response_format: responseFormat.nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: tokenLimit,
  max_completion_tokens: tokenLimit,
  n: z.literal(1).nullish(), // more than one answer is what nobody here asks for
  temperature: z.number().min(0).nullish(),
  cache_salt: z.string().nullish(),
});

/** What `/v1/chat/completions` takes. Fields that this stand-in does not know are ignored, as vLLM does. */
export type ChatRequest = z.output<typeof chatRequest>;

const tokenizeRequest = z.union([
  z.looseObject({ model: z.string().nullish(), prompt: z.string(), return_token_strs: z.boolean().nullish() }),
  z.looseObject({
    ...{ model: z.string().nullish(), messages: z.array(message).min(1), tools: z.array(tool).nullish() },
    return_token_strs: z.boolean().nullish(),
  }),
]);

/** What `/tokenize` takes: a prompt, or messages as a chat has them. */
export type TokenizeRequest = z.output<typeof tokenizeRequest>;

/** Reads the body of a request to `/tokenize`. @throws ApiError */
export const parseTokenizeRequest = (text: string): TokenizeRequest => parseBody(tokenizeRequest, text);

/** Reads the body of a chat request and checks what vLLM checks before it asks the model. @throws ApiError */
export function parseChatRequest(text: string): ChatRequest {
  const request = parseBody(chatRequest, text);
  const complaint = complaints.find(({ when }) => when(request));
  if (complaint !== undefined) throw badRequest(complaint.message, complaint.param);
  return request;
}

interface Complaint {
  readonly when: (request: ChatRequest) => boolean;
  readonly message: string;
  readonly param: string;
}

/** vLLM's own words, as far as they are known. */
const complaints: readonly Complaint[] = [
  {
    when: ({ stream, stream_options: options }) => stream !== true && options !== undefined && options !== null,
    message: 'Stream options can only be defined when `stream=True`.',
    param: 'stream_options',
  },
  {
    when: ({ cache_salt: salt }) => salt === '',
    message: "Parameter 'cache_salt' must be a non-empty string if provided.",
    param: 'cache_salt',
  },
  {
    when: (request) => needsTools(request) && (request.tools ?? []).length === 0,
    message: 'When using `tool_choice`, `tools` must be set.',
    param: 'tool_choice',
  },
  {
    when: (request) => {
      const named = namedToolOf(request);
      return named !== undefined && findTool(request, named) === undefined;
    },
    message: 'The tool specified in `tool_choice` does not match any of the specified `tools`',
    param: 'tool_choice',
  },
];

const needsTools = ({ tool_choice: choice }: ChatRequest): boolean =>
  choice !== null && choice !== undefined && choice !== 'none';

/** The tool that has to be called, where the request names one. */
export const namedToolOf = ({ tool_choice: choice }: ChatRequest): string | undefined =>
  typeof choice === 'object' ? choice?.function.name : undefined;

/** A tool that the request offers. */
export const findTool = ({ tools }: ChatRequest, name: string): Tool | undefined =>
  tools?.find((each) => each.function.name === name);

/** The text of a message, whatever way it is written. */
export function textOf({ content }: Message): string {
  return typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('');
}
