import type { ChatAnswer, ChatRequest } from '../../../operator/src/runner/agent/chat.ts';
import { ModelClient, type ModelClientParts } from '../../../operator/src/runner/agent/model-client.ts';
import type { ModelServer } from './model-server.ts';

/** Notes what the server had of prompts before round two, and what of each prompt from then on stood in the one before. */
export class WatchingClient extends ModelClient {
  readonly #server: ModelServer;
  readonly #members: number;
  readonly #shared: string[] = [];
  #before: Promise<number> | undefined;
  #asked = 0;
  #last = '';

  constructor(parts: ModelClientParts, server: ModelServer, members: number) {
    super(parts);
    [this.#server, this.#members] = [server, members];
  }

  override async ask(request: ChatRequest): Promise<ChatAnswer> {
    this.#asked += 1;
    const text = withoutRole(request);
    const shared = commonBegin(text, this.#last);
    this.#last = text;
    if (this.#asked > this.#members) {
      this.#shared.push(shared);
      this.#before ??= this.#server.prefixHits();
      await this.#before;
    }
    return await super.ask(request);
  }

  /** Of the tokens from round two on that stood in the prompt before, roles aside, the part that the server found read. */
  async hitRatio(): Promise<number> {
    const hits = (await this.#server.prefixHits()) - ((await this.#before) ?? 0);
    const counts = await Promise.all(this.#shared.map((text) => this.#server.countTokens(text)));
    return Math.min(1, hits / counts.reduce((sum, count) => sum + count, 0));
  }
}

/** What is asked but the role, which is each member's own, wherever it stands. */
const withoutRole = ({ messages }: ChatRequest) =>
  messages.map(({ content }) => content.replace(/# Your role\n.*/, '')).join('\n');

function commonBegin(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}
