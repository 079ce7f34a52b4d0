import type { Message, Tool } from './chat-request.ts';
import { textOf } from './chat-request.ts';

/** What a model reads of a chat, in the manner of ChatML: tools first, then each message, then whose turn it is. */
export function renderPrompt(messages: readonly Message[], tools: readonly Tool[] = []): string {
  const offered = tools.map((tool) => JSON.stringify(tool.function)).join('\n');
  const preface = offered === '' ? '' : `<|im_start|>tools\n${offered}<|im_end|>\n`;
  return `${preface}${messages.map(renderMessage).join('')}<|im_start|>assistant\n`;
}

function renderMessage(message: Message): string {
  const calls = (message.tool_calls ?? []).map((call) => `\n${JSON.stringify(call.function)}`).join('');
  return `<|im_start|>${message.role}\n${textOf(message)}${calls}<|im_end|>\n`;
}
