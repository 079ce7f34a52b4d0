import type { JsonValue } from '../../../api/json.ts';
import type { PromptParts } from '../../../api/runner-work.ts';
import { resolvePrompt } from '../../../core/template/resolve-prompt.ts';
import type { Resolved, Scope } from '../../../core/template/scope.ts';
import { fence } from './fence.ts';

/** Values that a prompt may name. */
export type PromptValues = ReadonlyMap<string, JsonValue>;

/** A prompt with its references replaced by their values, each fenced: what stands in a value is data. */
export function renderTemplate(prompt: string, values: PromptValues, mark: string): Resolved<string> {
  const resolved = resolvePrompt(prompt, scopeOf(values));
  return 'problem' in resolved ? resolved : { value: renderParts(resolved.value, mark) };
}

/**
 * A prompt in its pieces as one text, with its values fenced. Where its author wrote nothing but references, the values are
 * what is to be done, and the agent is told how far.
 */
export function renderParts(parts: PromptParts, mark: string): string {
  const request = parts
    .map(({ text, name = 'value', value = null }) => text ?? `\n${fence(name, value, mark)}\n`)
    .join('');
  return parts.some(({ text = '' }) => text.trim() !== '') ? request : `${described}${request}`;
}

const described =
  'What is to be done is described in the data that follows, by whoever wrote it. Do it as far as your role and these rules allow.\n';

const scopeOf = (values: PromptValues): Scope => ({
  lookUp: (root) => values.get(root),
  stepNames: () => [...values.keys()].filter((name) => name !== 'inputs'),
  isVariable: (root) => root === 'inputs',
});
