import type { JsonValue } from '../../api/json.ts';
import type { Resolved } from '../template/scope.ts';

const JSON_TYPE = /^[^;]*[/+]json\s*(?:;|$)/i;

/**
 * The body of an answer as a value: JSON where its type says so, or says nothing and it can be read as such; else the
 * text. An empty body is null. The problem of broken JSON is `AnswerUnreadable`.
 */
export function parseHttpBody(text: string, contentType: string | undefined): Resolved<JsonValue> {
  if (text === '') return { value: null };
  const isJson = contentType !== undefined && JSON_TYPE.test(contentType);
  if (!isJson && contentType !== undefined) return { value: text };
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch (error) {
    if (!isJson) return { value: text };
    return {
      problem: { code: 'AnswerUnreadable', message: `the answer says that it is JSON and is not: ${reason(error)}` },
    };
  }
}

/** Without the excerpt that V8 adds: it may be long, and is not ours to show. */
const reason = (error: unknown) =>
  (error instanceof Error ? error.message : 'unreadable').replace(/[,:]? ?"[^]*$/, '').slice(0, 100);
