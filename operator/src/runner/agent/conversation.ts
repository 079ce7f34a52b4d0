import type { ChatMessage } from './chat.ts';

/** One turn: what the model said, and what it was told then. */
export type Exchange = readonly [ChatMessage, ...ChatMessage[]];

/** What is said between an agent and its model, and what was removed from it to make room. */
export interface Conversation {
  readonly opening: readonly [ChatMessage, ChatMessage];
  readonly exchanges: readonly Exchange[];
  readonly removedTurns: number;
  /** Names of functions that were called in turns that were removed. */
  readonly removedCalls: readonly string[];
}

/** Characters to which results are cut when nothing else makes room. */
const leastResult = 500;

/** A conversation that nobody has said anything in. */
export const beginConversation = (opening: Conversation['opening']): Conversation => ({
  ...{ opening, exchanges: [], removedTurns: 0, removedCalls: [] },
});

/** The messages of a conversation. What was removed is said at the end of the first one of the user. */
export function messagesOf({ opening, exchanges, removedTurns, removedCalls }: Conversation): readonly ChatMessage[] {
  if (removedTurns === 0) return [...opening, ...exchanges.flat()];
  const [rules, task] = opening;
  const calls = removedCalls.length === 0 ? '' : ` They called: ${[...new Set(removedCalls)].join(', ')}.`;
  const note = `Note: your first ${removedTurns} turns were removed to make room.${calls} Repeat a call if you need its result again.`;
  return [rules, { role: 'user', content: `${task.content}\n\n${note}` }, ...exchanges.flat()];
}

/**
 * The conversation made smaller, with a note where something is missing: the older half of its turns is removed, and where
 * only the last one is left its results are cut. Undefined when there is nothing more to take.
 */
export function compact(conversation: Conversation): Conversation | undefined {
  const { exchanges, removedTurns, removedCalls } = conversation;
  if (exchanges.length > 1) {
    const removed = exchanges.slice(0, Math.ceil(exchanges.length / 2));
    return {
      ...conversation,
      exchanges: exchanges.slice(removed.length),
      removedTurns: removedTurns + removed.length,
      removedCalls: [...removedCalls, ...removed.flatMap(([said]) => callsOf(said))],
    };
  }
  const [last] = exchanges;
  if (last === undefined || !last.some(isLong)) return undefined;
  const [said, ...told] = last;
  return { ...conversation, exchanges: [[said, ...told.map(cut)]] };
}

const callsOf = (said: ChatMessage) => ('toolCalls' in said ? (said.toolCalls ?? []).map(({ name }) => name) : []);

const isLong = (message: ChatMessage) => message.role === 'tool' && message.content.length > leastResult;

/** To a quarter, so that few steps suffice; the note is no part of what is measured again. */
function cut(message: ChatMessage): ChatMessage {
  if (!isLong(message)) return message;
  const length = Math.max(Math.floor(message.content.length / 4), leastResult - 200);
  const kept = message.content.slice(0, length).toWellFormed();
  return { ...message, content: `${kept}\n[cut here to make room; ${message.content.length} characters in all]` };
}
