import type { JsonValue } from '../../../api/json.ts';
import { resolveReference } from '../../../core/template/navigate.ts';
import { isTemplate, parseTemplate } from '../../../core/template/parse-template.ts';
import type { Resolved, Scope } from '../../../core/template/scope.ts';
import { SizeBudget } from '../../../core/template/size-budget.ts';
import { fence } from './fence.ts';

/** Values that a prompt may name. */
export type PromptValues = ReadonlyMap<string, JsonValue>;

/** A prompt with its references replaced by their values, each fenced: what stands in a value is data. */
export function renderTemplate(prompt: string, values: PromptValues, mark: string): Resolved<string> {
  if (!isTemplate(prompt)) return { value: prompt };
  const template = parseTemplate(prompt);
  if ('problem' in template) return { problem: template.problem };
  const [scope, budget] = [scopeOf(values), new SizeBudget()];
  const texts: string[] = [];
  for (const part of template.parts) {
    if (part.kind === 'text') {
      texts.push(part.text);
      continue;
    }
    const resolved = resolveReference(part.reference, scope, budget);
    if ('problem' in resolved) return resolved;
    texts.push(`\n${fence(prompt.slice(part.start + 2, part.end - 2).trim(), resolved.value, mark)}\n`);
  }
  return { value: texts.join('') };
}

const scopeOf = (values: PromptValues): Scope => ({
  lookUp: (root) => values.get(root),
  stepNames: () => [...values.keys()].filter((name) => name !== 'inputs'),
  isVariable: (root) => root === 'inputs',
});
