import type { JsonValue } from '../../api/json.ts';
import { resolveReference } from './navigate.ts';
import { isTemplate, parseTemplate } from './parse-template.ts';
import type { ResolutionProblem, Resolved, Scope } from './scope.ts';
import { measureValue, SizeBudget } from './size-budget.ts';

/** A piece of a prompt: what its author wrote, or a value that a reference in it stands for, with the reference as its name. */
export type PromptPart = { readonly text: string } | { readonly name: string; readonly value: JsonValue };

/** Pieces that a task can hold. */
const mostParts = 2048;

/** Characters of a reference that names a value. */
const longestName = 253;

/**
 * A prompt in its pieces: what the author wrote stays apart from what others, models among them, have put into values, so
 * that an agent can be told which is which.
 */
export function resolvePrompt(
  prompt: string,
  scope: Scope,
  budget = new SizeBudget(),
): Resolved<readonly PromptPart[]> {
  if (!isTemplate(prompt)) return { value: [{ text: prompt }] };
  const template = parseTemplate(prompt);
  if ('problem' in template) return { problem: template.problem };
  if (template.parts.length > mostParts) return { problem: tooManyParts(template.parts.length) };
  const parts: PromptPart[] = [];
  for (const part of template.parts) {
    if (part.kind === 'text') {
      parts.push({ text: part.text });
      continue;
    }
    const resolved = resolveReference(part.reference, scope, budget);
    if ('problem' in resolved) return resolved;
    const problem = budget.spend(measureValue(resolved.value));
    if (problem !== undefined) return { problem };
    const name = prompt.slice(part.start + 2, part.end - 2).trim();
    parts.push({ name: name.slice(0, longestName), value: resolved.value });
  }
  return { value: parts };
}

function tooManyParts(count: number): ResolutionProblem {
  return {
    code: 'ValueTooLarge',
    message: `a prompt may have ${mostParts} references and texts between them, this one has ${count}`,
    hint: 'put the values into one input, and name that',
  };
}
