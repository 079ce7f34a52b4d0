import type { JsonValue } from '../../api/json.ts';
import type { ChatAnswer, ChatMessage, ChatRequest } from './chat.ts';
import type { Secrets } from './secrets.ts';

/** One try to get an answer, and who asked where several do at the same time. */
interface Tried {
  readonly durationMs: number;
  readonly speaker?: string | undefined;
}

/** One line of a transcript. */
export type TranscriptEntry =
  | { readonly kind: 'task'; readonly workItem: string; readonly step: string; readonly attempt: number }
  | {
      readonly kind: 'request';
      /** Messages of the request before that begin this one, too; `messages` has the rest. */
      readonly keeps: number;
      readonly messages: readonly ChatMessage[];
      readonly parameters: Omit<ChatRequest, 'messages'>;
    }
  | ({ readonly kind: 'failure'; readonly reason: string; readonly message: string } & Tried)
  | ({ readonly kind: 'answer'; readonly answer: ChatAnswer } & Tried)
  | {
      readonly kind: 'tool';
      readonly tool: string;
      readonly callId: string;
      readonly isRefused: boolean;
      readonly durationMs: number;
    }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'end'; readonly outcome: string; readonly reason?: string | undefined };

/** Bytes that a transcript may have; what comes later is left out, and it says so. */
const longestTranscript = 64 * 1024 * 1024;

/** All that was asked and answered, as lines of JSON from which each request can be made again. Secrets are left out. */
export class Transcript {
  readonly #secrets: Secrets;
  readonly #lines: string[] = [];
  #size = 0;
  #isFull = false;
  #last: readonly ChatMessage[] = [];

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  add(entry: TranscriptEntry): void {
    if (this.#isFull) return;
    const line = this.#render({ at: new Date().toISOString(), ...entry });
    this.#isFull = this.#size + line.length > longestTranscript;
    this.#push(
      this.#isFull ? this.#render({ kind: 'note', text: 'The transcript is full; the rest is left out.' }) : line,
    );
  }

  /** Each message stands in it once, however many requests repeat it. */
  addRequest({ messages, ...parameters }: ChatRequest): void {
    const differs = messages.findIndex((message, index) => message !== this.#last[index]);
    const keeps = differs === -1 ? messages.length : differs;
    this.#last = messages;
    this.add({ kind: 'request', keeps, messages: messages.slice(keeps), parameters });
  }

  toBytes(): Buffer {
    return Buffer.from(this.#lines.map((line) => `${line}\n`).join(''));
  }

  #push(line: string): void {
    this.#lines.push(line);
    this.#size += line.length;
  }

  #render(entry: object): string {
    return JSON.stringify(entry, (_key, value: JsonValue | undefined) =>
      typeof value === 'string' ? this.#secrets.redact(value) : value,
    );
  }
}
