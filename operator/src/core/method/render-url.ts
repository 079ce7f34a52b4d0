import type { JsonValue } from '../../api/json.ts';
import { quote } from '../quote.ts';
import { resolveReference } from '../template/navigate.ts';
import { parseTemplate, type TemplatePart } from '../template/parse-template.ts';
import type { ResolutionProblem, Resolved, Scope } from '../template/scope.ts';
import { describeValue } from '../validation/describe-value.ts';
import { type UrlPosition, urlPosition } from './url-position.ts';

/** Part of a host, with a port perhaps: no value may bring in credentials or end the host early. */
const HOST_PART = /^(?:[a-z0-9._-]*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i;

/** A segment that URLs take for "here" or "up", in every spelling. */
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/**
 * The URL of a template. A value can never change what the template's own text says: in path, query and fragment it is
 * percent-encoded, in the host it must be part of a name, and no path goes upwards. Only a value at the very start is
 * taken as it is: it brings scheme and host.
 */
export function renderUrl(template: string, scope: Scope): Resolved<string> {
  const parsed = parseTemplate(template);
  if ('problem' in parsed) return { problem: parsed.problem };
  let written = '';
  for (const part of parsed.parts) {
    const rendered = renderPart(part, urlPosition(written), scope);
    if ('problem' in rendered) return rendered;
    written += rendered.value;
  }
  return hasDotSegment(written) ? { problem: goesUpwards(written) } : { value: written };
}

function renderPart(part: TemplatePart, position: UrlPosition, scope: Scope): Resolved<string> {
  if (part.kind === 'text') return { value: part.text };
  const resolved = resolveReference(part.reference, scope);
  if ('problem' in resolved) return resolved;
  const { value } = resolved;
  if (!isPrintable(value)) return { problem: notPrintable(part.reference.text, value) };
  return place(String(value), position, part.reference.text);
}

function place(text: string, position: UrlPosition, reference: string): Resolved<string> {
  if (position === 'start') return { value: text };
  if (position !== 'authority') return { value: encodeURIComponent(text.toWellFormed()) };
  return HOST_PART.test(text) ? { value: text } : { problem: notAHost(reference, text) };
}

/** Whether a part of the path, before URLs are put into their normal form, goes somewhere else. */
function hasDotSegment(url: string): boolean {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:[/\\]*[^/?#\\]*/i, '').replace(/[?#].*$/s, '');
  return path.split(/[/\\]/).some((segment) => DOT_SEGMENT.test(segment));
}

const isPrintable = (value: JsonValue) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const notPrintable = (reference: string, value: JsonValue): ResolutionProblem => ({
  code: 'InvalidUrl',
  message: `{{${reference}}} is ${describeValue(value)}; a URL takes texts, numbers, true and false`,
});

const notAHost = (reference: string, text: string): ResolutionProblem => ({
  code: 'InvalidUrl',
  message: `{{${reference}}} is ${quote(text)}, which cannot be part of a host`,
  hint: 'a host has letters, digits, dots and hyphens, and perhaps a port',
});

const goesUpwards = (url: string): ResolutionProblem => ({
  code: 'InvalidUrl',
  message: `the path of ${quote(url)} has a part . or .., which leads elsewhere`,
  hint: 'write the path that is meant',
});
