import type { JsonObject } from '../../../api/json.ts';
import type { AgentWork } from '../../../api/runner-work.ts';
import type { ChatMessage } from '../chat.ts';
import { fence } from './fence.ts';
import { sharedRules } from './shared-rules.ts';

/** What an agent may know, and what it is asked. */
export interface Opening {
  readonly mark: string;
  readonly context?: AgentWork['context'];
  readonly inputs?: JsonObject | undefined;
  readonly feedback?: string | undefined;
  /** The instruction of the role, which begins what differs from agent to agent. */
  readonly instruction?: string | undefined;
  readonly request?: string | undefined;
  /** Names of functions that may be called. */
  readonly functions?: readonly string[];
  /** How the answer has to look, in words. */
  readonly form: string;
}

/** The messages that begin a conversation: the rules, the data that all share, then what this one is to do. */
export function renderOpening(opening: Opening): readonly [ChatMessage, ChatMessage] {
  const parts = [...dataOf(opening), ...taskOf(opening)];
  return [
    { role: 'system', content: sharedRules },
    { role: 'user', content: parts.join('\n\n') },
  ];
}

/** What is known, as data that all who work on the same share. */
export function dataOf({
  mark,
  context,
  inputs = {},
  feedback,
}: Pick<Opening, 'mark' | 'context' | 'inputs' | 'feedback'>): string[] {
  return [
    `The mark of this task is ${mark}.`,
    ...(context === undefined ? [] : [fence('what is known of the work item', context.text, mark)]),
    ...(Object.keys(inputs).length === 0 ? [] : [fence('inputs, as JSON', inputs, mark)]),
    ...(feedback === undefined ? [] : [fence('why earlier work was sent back', feedback, mark)]),
  ];
}

function taskOf({ instruction, request = workFromInputs, functions = [], form, feedback }: Opening): string[] {
  return [
    ...(instruction === undefined ? [] : [`# Your role\n${instruction}`]),
    `# Your task\n${request}`,
    ...(feedback === undefined ? [] : ['Earlier work was sent back. Mend what the feedback in the data says.']),
    ...(functions.length === 0 ? [] : [`You may call: ${functions.join(', ')}. Everything else is refused.`]),
    `# Your answer\n${form}`,
  ];
}

const workFromInputs = 'Do for the inputs what your role asks of you.';

/** How an answer has to look. */
export function describeForm(schema: JsonObject | undefined): string {
  if (schema === undefined) return 'Answer in plain text.';
  return `Answer with JSON alone, without a code block, that fits this JSON Schema:\n${JSON.stringify(schema)}`;
}
