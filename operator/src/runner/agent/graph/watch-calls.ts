import type { ServedTools } from '../tools/mcp/served-tools.ts';
import { ToolFailure, type ToolFunction } from '../tools/tool.ts';

type Served = Pick<ServedTools, 'functions' | 'unavailableTool'>;

/** What a function gave, or why it failed. */
export type Heard = { readonly text: string } | { readonly problem: string };

/** Hears what functions give, so that whoever made a call itself has its result as it is, and knows when it failed. */
export class CallWatch {
  #heard: Heard | undefined;

  /** The functions as they are, but heard. */
  over(functions: readonly ToolFunction[]): readonly ToolFunction[] {
    return functions.map((each) => ({
      ...each,
      run: async (given, surroundings) => {
        const text = await each.run(given, surroundings).catch((error: unknown) => {
          if (error instanceof ToolFailure) this.#heard = { problem: error.message };
          throw error;
        });
        this.#heard = { text };
        return text;
      },
    }));
  }

  /** The tools of servers as they are, but heard. Which functions they have changes while servers come and go. */
  overServed(served: Served): Served {
    const over = () => this.over(served.functions);
    return {
      get functions() {
        return over();
      },
      unavailableTool: (name) => served.unavailableTool(name),
    };
  }

  /** What the call that is made gave; undefined where nothing ran, because it was refused. */
  async during(call: () => Promise<unknown>): Promise<Heard | undefined> {
    this.#heard = undefined;
    await call();
    return this.#heard;
  }
}
