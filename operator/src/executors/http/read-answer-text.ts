import type { Resolved } from '../../core/template/scope.ts';
import type { HttpAnswer } from './http-request.ts';

/** The body of an answer as text; the problem `AnswerUnreadable` where it is none. */
export function readAnswerText({ body, headers }: HttpAnswer): Resolved<string> {
  try {
    return { value: new TextDecoder('utf-8', { fatal: true }).decode(body) };
  } catch {
    const type = headers['content-type'] ?? 'no type';
    const message = `the answer (${type}, ${body.length} bytes) is not text in UTF-8; a Method gives JSON or text`;
    return { problem: { code: 'AnswerUnreadable', message } };
  }
}
