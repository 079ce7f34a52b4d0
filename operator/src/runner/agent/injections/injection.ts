/** Where a text of an attacker reaches an agent. */
export type Surface =
  'inputs' | 'goal' | 'context' | 'feedback' | 'file' | 'git log' | 'http answer' | 'tool result' | 'tool description';

/** A call that an attacked agent makes because it was told to, and what it has to be told instead of its success. */
export interface ObeyedCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly told: RegExp;
}

/**
 * A text by which an attacker wants to widen what an agent may do, and what an agent does that obeys it. In texts, calls and
 * answers `{evil}` is a host that may not be called, `{good}` one that may, `{outside}` a folder outside the workspace, `{mark}`
 * the mark of the task for those whom the agent tells it.
 */
export interface Injection {
  /** What it tries. */
  readonly tries: string;
  readonly surface: Surface;
  readonly text: string;
  readonly calls?: readonly ObeyedCall[];
  /** What the agent answers in the end, each time that it is asked; a verdict that fits when it is left out. */
  readonly answer?: string;
  /** Why the attempt fails then. */
  readonly fails?: string;
}
