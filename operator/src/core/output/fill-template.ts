import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Issue } from '../issue.ts';
import { resolveReference } from '../template/navigate.ts';
import { parseTemplate, type TemplatePart } from '../template/parse-template.ts';
import type { ResolutionProblem, Scope } from '../template/scope.ts';
import { measureValue, SizeBudget } from '../template/size-budget.ts';
import { escapeAttribute, escapeInline } from './escape-markdown.ts';
import { layOutValue } from './lay-out-value.ts';
import type { Planned } from './output-document.ts';
import { isScalar, plainLine, plainText, textOf } from './plain-text.ts';
import { type Fences, findFences, placeOf, type TemplatePlace } from './template-places.ts';

/** A field of a template that contains references. */
export type TemplateField = 'title' | 'content';

/** A title with the values of inputs in it, on one line. */
export function fillTitle(title: string, inputs: JsonObject): Planned<string> {
  const filled = fill({ text: title, field: 'title', inputs }, (_, value) => textOf(value));
  return 'issues' in filled ? filled : { planned: plainLine(filled.planned) };
}

/**
 * Markdown with the values of inputs in it. A value is text and never markup; one that stands alone on its line keeps
 * its paragraphs, or becomes a table or a list; one in fenced code is put there as it is. A link or an attribute that
 * the template itself makes of a value leads where the value says.
 */
export function fillMarkdown(content: string, inputs: JsonObject): Planned<string> {
  const text = plainText(content);
  const fences = findFences(text);
  return fill({ text, field: 'content', inputs }, (part, value) => renderAt(placeAt(text, part, fences), value));
}

type ReferencePart = Extract<TemplatePart, { kind: 'reference' }>;

interface Filling {
  readonly text: string;
  readonly field: TemplateField;
  readonly inputs: JsonObject;
}

function fill(filling: Filling, render: (part: ReferencePart, value: JsonValue) => string): Planned<string> {
  const template = parseTemplate(filling.text);
  if ('problem' in template) return { issues: [issueOf(template.problem, filling.field)] };
  const scope = scopeOf(filling.inputs);
  const budget = new SizeBudget();
  const rendered: string[] = [];
  for (const part of template.parts) {
    if (part.kind === 'text') {
      rendered.push(part.text);
      continue;
    }
    const resolved = resolveReference(part.reference, scope, budget);
    const problem = 'problem' in resolved ? resolved.problem : budget.spend(measureValue(resolved.value));
    if (problem !== undefined) return { issues: [issueOf(problem, filling.field)] };
    if ('value' in resolved) rendered.push(render(part, resolved.value));
  }
  return { planned: rendered.join('') };
}

const scopeOf = (inputs: JsonObject): Scope => ({
  lookUp: (root) => (root === 'inputs' ? inputs : undefined),
  stepNames: () => [],
  isVariable: (root) => root === 'inputs',
});

function issueOf({ code, message, hint }: ResolutionProblem, field: TemplateField): Issue {
  const path = ['template', field];
  return code === 'StepNotFound'
    ? {
        code,
        path,
        message: `${message}. A template knows the inputs of its step only`,
        hint: 'write {{inputs.<name>}}',
      }
    : { code, path, message, ...(hint !== undefined && { hint }) };
}

const placeAt = (text: string, { start, end }: ReferencePart, fences: Fences) => placeOf(text, [start, end], fences);

function renderAt(place: TemplatePlace, value: JsonValue): string {
  switch (place) {
    case 'alone':
      return isScalar(value) ? layOutValue(value, 3) : `\n${layOutValue(value, 3)}\n`;
    case 'fence':
      return codeOf(value);
    case 'tag':
      return escapeAttribute(textOf(value));
    case 'inline':
      return escapeInline(textOf(value));
  }
}

/** Text for fenced code: a line that would end the code is moved in, where it does not. */
function codeOf(value: JsonValue): string {
  const text = isScalar(value) ? textOf(value) : JSON.stringify(value, null, 2);
  return plainText(text).replaceAll(/^ {0,3}(?=`{3}|~{3})/gm, '    ');
}
