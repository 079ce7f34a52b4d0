import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { defined } from '../../core/defined.ts';
import type { ChatMessage, ChatRequest } from './chat.ts';
import { readWrittenJson } from './written-json.ts';

/** The body of a request, which is the same for every try. vLLM alone knows salts; what others know too is all there is. */
export function renderChatBody(request: ChatRequest): ChatCompletionCreateParamsStreaming {
  const { model, messages, functions = [], mustAnswer = false, schema, sampling = {}, maxOutputTokens } = request;
  const { temperature, topP, seed } = sampling;
  return {
    ...{ model: model.name, messages: messages.map(renderMessage), max_completion_tokens: maxOutputTokens },
    ...{ stream: true, stream_options: { include_usage: true } },
    ...defined({ temperature, top_p: topP, seed, cache_salt: model.cacheSalt }),
    ...(functions.length > 0 && {
      tools: functions.map((each) => ({ type: 'function' as const, function: { ...each } })),
      tool_choice: mustAnswer ? ('none' as const) : ('auto' as const),
    }),
    ...(schema !== undefined && {
      response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema: { ...schema } } },
    }),
  };
}

function renderMessage(message: ChatMessage): ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.content };
  if (message.role !== 'assistant') return { role: message.role, content: message.content };
  const { content, toolCalls = [] } = message;
  if (toolCalls.length === 0) return { role: 'assistant', content };
  return {
    ...{ role: 'assistant', content: content === '' ? null : content },
    tool_calls: toolCalls.map(({ id, name, arguments: given }) => ({
      ...{ id, type: 'function' as const },
      function: { name, arguments: wholeJson(given) },
    })),
  };
}

/** Model servers read the arguments of earlier calls, and refuse a conversation in which they are not JSON. */
function wholeJson(text: string): string {
  try {
    const { json, value } = readWrittenJson(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return json;
  } catch {
    // The result of the call tells the model what it wrote.
  }
  return '{}';
}
