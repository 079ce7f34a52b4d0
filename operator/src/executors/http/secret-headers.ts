import { findHeaderProblem } from '../../core/method/find-header-problem.ts';
import type { HttpBlock } from '../../core/method/render-http-request.ts';
import { Redaction } from '../../core/method/redact.ts';
import type { AttemptOutcome } from '../../core/work-item/observed.ts';
import { describeNetworkError } from './http-call-failed.ts';

/** Reads one key of a Secret; rejects when it is not there. */
export type ReadSecret = (namespace: string, name: string, key: string) => Promise<string>;

/** Headers from Secrets, and what keeps their values from being told; or why the call cannot be made. */
export type SecretHeaders =
  | { readonly headers: Readonly<Record<string, string>>; readonly redaction: Redaction }
  | { readonly outcome: AttemptOutcome };

/** Where the headers of a call come from. */
export interface SecretHeadersSource {
  readonly namespace: string;
  readonly headersFrom: NonNullable<HttpBlock['headersFrom']>;
  readonly readSecret: ReadSecret;
}

/** Reads the headers of a Method that stand in Secrets, without the line break that files end with. */
export async function readSecretHeaders(source: SecretHeadersSource): Promise<SecretHeaders> {
  const headers: [string, string][] = [];
  for (const { name, secretKeyRef } of source.headersFrom) {
    const where = `the header ${name} comes from the key ${secretKeyRef.key} of the Secret ${secretKeyRef.name}`;
    try {
      const value = (await source.readSecret(source.namespace, secretKeyRef.name, secretKeyRef.key)).trim();
      const problem = findHeaderProblem(name, value);
      if (problem !== undefined) return unusable('InvalidHeader', `${problem}; ${where}`, false);
      headers.push([name.toLowerCase(), value]);
    } catch (error) {
      return unusable('SecretUnreadable', `${where}, which cannot be read: ${describeNetworkError(error)}`, true);
    }
  }
  return { headers: Object.fromEntries(headers), redaction: new Redaction(headers.map(([, value]) => value)) };
}

const unusable = (reason: string, message: string, retryable: boolean): SecretHeaders => ({
  outcome: { result: 'Failed', reason, message, retryable },
});
