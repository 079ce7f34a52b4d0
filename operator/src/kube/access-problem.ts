import type { AccessProblem, AccessProblemKind } from '../core/delegation/access-problem.ts';
import {
  AlreadyExists,
  ApiError,
  Conflict,
  Forbidden,
  NotFound,
  ServerError,
  TooManyRequests,
  Unauthorized,
} from './api-error.ts';

/** What an error of the client means for whoever asked; undefined for what is no answer of a cluster. */
export function accessProblemOf(error: unknown): AccessProblem | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return { kind: kindOf(error), message: error.message };
}

function kindOf(error: ApiError): AccessProblemKind {
  if (error instanceof AlreadyExists) return 'taken';
  if (error instanceof Conflict) return 'changed';
  if (error instanceof NotFound) return isUnknownKind(error) ? 'not-served' : 'absent';
  if (error instanceof Forbidden) return error.said.includes('exceeded quota') ? 'quota' : 'forbidden';
  return mayPass(error) ? 'unavailable' : 'invalid';
}

/** Without an answer, by an overloaded or failing server, with credentials that are being renewed: later it may work. */
function mayPass(error: ApiError): boolean {
  return (
    error.code === 0 ||
    error instanceof ServerError ||
    error instanceof TooManyRequests ||
    error instanceof Unauthorized
  );
}

/** The path itself is unknown, as when a definition was deleted; a missing object is named. */
function isUnknownKind({ said }: NotFound): boolean {
  return said.startsWith('the server could not find the requested resource') || said.startsWith('404 page not found');
}
