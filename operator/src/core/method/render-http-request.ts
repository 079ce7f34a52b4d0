import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { MethodSpec } from '../../api/method.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import type { Resolved, Scope } from '../template/scope.ts';
import { findHeaderProblem } from './find-header-problem.ts';
import { renderUrl } from './render-url.ts';

/** How a Method says what is called. */
export type HttpBlock = Extract<MethodSpec, { type: 'http' }>['http'];

/** What the templates of a Method see. */
export interface MethodValues {
  readonly inputs: JsonObject;
  /** The step that calls, its templates resolved. */
  readonly step: JsonObject;
}

/** A request as its Method says; names of headers are in lower case. Headers from Secrets come later. */
export interface RenderedHttpRequest {
  readonly method: NonNullable<HttpBlock['method']>;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The request that a Method makes of the resolved inputs of a step. */
export function renderHttpRequest(http: HttpBlock, values: MethodValues): Resolved<RenderedHttpRequest> {
  const scope = methodScope(values);
  const { method = 'POST' } = http;
  const url = renderUrl(http.url, scope);
  if ('problem' in url) return url;
  const headers = renderHeaders(http.headers ?? {}, scope);
  if ('problem' in headers) return headers;
  const body = renderBody({ method, body: http.body, inputs: values.inputs }, scope);
  if ('problem' in body) return body;
  const defaults = { accept: 'application/json', ...body.value.headers };
  const { text } = body.value;
  return {
    value: {
      ...{ method, url: url.value, headers: { ...defaults, ...headers.value } },
      ...(text !== undefined && { body: text }),
    },
  };
}

/** `inputs` and `step`, and no steps. */
export function methodScope({ inputs, step }: MethodValues): Scope {
  const roots = new Map<string, JsonValue>([
    ['inputs', inputs],
    ['step', step],
  ]);
  return {
    lookUp: (root) => roots.get(root),
    stepNames: () => [...roots.keys()],
    isVariable: (root) => roots.has(root),
  };
}

function renderHeaders(
  templates: Readonly<Record<string, string>>,
  scope: Scope,
): Resolved<Readonly<Record<string, string>>> {
  const headers: [string, string][] = [];
  for (const [name, template] of Object.entries(templates)) {
    const resolved = resolveTemplates(template, scope);
    if ('problem' in resolved) return resolved;
    const value = asText(resolved.value);
    const message = findHeaderProblem(name, value);
    if (message !== undefined) return { problem: { code: 'InvalidHeader', message } };
    headers.push([name.toLowerCase(), value.trim()]);
  }
  return { value: Object.fromEntries(headers) };
}

interface BodySource {
  readonly method: RenderedHttpRequest['method'];
  readonly body: JsonValue | undefined;
  readonly inputs: JsonObject;
}

interface RenderedBody {
  readonly text?: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A body that is a text is sent as it is, anything else as JSON. */
function renderBody({ method, body, inputs }: BodySource, scope: Scope): Resolved<RenderedBody> {
  if (body === undefined && method === 'GET') return { value: { headers: {} } };
  const resolved = body === undefined ? { value: inputs } : resolveTemplates(body, scope);
  if ('problem' in resolved) return resolved;
  const type = typeof resolved.value === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  return { value: { text: asText(resolved.value), headers: { 'content-type': type } } };
}

const asText = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value));
