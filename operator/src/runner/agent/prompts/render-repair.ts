import type { ChatMessage } from '../chat.ts';
import { fence } from './fence.ts';

/** Asks for the answer once more. What was wrong may quote the answer: it is data. */
export function renderRepair(problem: string, mark: string): ChatMessage {
  const found = fence('what is wrong with the answer', problem, mark);
  return { role: 'user', content: `${found}\n\nGive the whole answer again, with this mended, and nothing else.` };
}
