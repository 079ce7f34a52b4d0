import { Unavailable } from '../core/reconcile-error.ts';
import { ServerCallFailed } from './server-transport.ts';

/** The answer to a request to the artifact store. @throws Unavailable when it cannot serve it, in words for people */
export async function storeCall<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ServerCallFailed)) throw error;
    throw new Unavailable('artifact store', describe(error), error);
  }
}

function describe(error: ServerCallFailed): string {
  const { message, status } = error;
  if (status === insufficientStorage) return `the artifact store is full: ${message}`;
  if (!error.retryable) return `the artifact store refuses a request, which is tried again: ${message}`;
  return `the artifact store does not serve requests, which are tried again; see whether the server runs and can be reached: ${message}`;
}

const insufficientStorage = 507;
