import type { JsonObject } from '../../../api/json.ts';
import type { ToolAccess } from '../../../api/runner-work.ts';
import type { FunctionDefinition } from '../chat.ts';

/** What the functions of a tool are called with. */
export interface ToolSurroundings {
  /** The folder that the agent works in. */
  readonly workspace: string;
  readonly access: ToolAccess;
  readonly signal: AbortSignal;
}

/** A function of a tool. Its arguments fit its parameters when it runs. */
export interface ToolFunction extends FunctionDefinition {
  /** The tool that has to be given so that it may be called. */
  readonly tool: string;
  /** It changes something, and is refused where the tool may only read. */
  readonly writes: boolean;
  /** A server provides it: its tool has to be given as one of that server. */
  readonly isServed?: boolean;
  /** Why it may not be called, though it is known. */
  readonly refusal?: string;
  /** Why it may not be called with just these arguments. */
  readonly refuse?: (given: JsonObject) => string | undefined;
  /** @throws ToolFailure with what the model is told */
  readonly run: (given: JsonObject, surroundings: ToolSurroundings) => Promise<string>;
}

/** A call did not do what it should; the model is told why and may go on. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}

/** The parameters of a function: an object of fields that are described, and of nothing else. */
export function parameters(fields: Readonly<Record<string, JsonObject>>, optional: readonly string[] = []): JsonObject {
  const required = Object.keys(fields).filter((name) => !optional.includes(name));
  return { type: 'object', properties: fields, required, additionalProperties: false };
}

/** Text that is cut where it is too long for a conversation, and says so. */
export function clipResult(text: string, mostCharacters = 30_000): string {
  if (text.length <= mostCharacters) return text;
  const kept = text.slice(0, mostCharacters).toWellFormed();
  return `${kept}\n[cut here; ${text.length} characters in all]`;
}
