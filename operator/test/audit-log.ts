import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { testKubeconfig } from './test-cluster.ts';

/** A request, as the API server's audit log tells of it. */
export interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The audit log of the cluster that the tests run on; only an embedded one keeps it where they can read it. */
export function auditLog(): string | undefined {
  const file = join(dirname(testKubeconfig()), 'log', 'audit.log');
  return existsSync(file) ? file : undefined;
}

/** What was asked in a namespace, in the order of the answers. */
export function auditEvents(file: string, namespace: string): readonly AuditEvent[] {
  const folder = dirname(file);
  // A log that is full goes on in another file: `audit-<time>.log` is what was before.
  const earlier = readdirSync(folder).filter((name) => /^audit-.*\.log$/.test(name));
  const files = [...earlier.sort().map((name) => join(folder, name)), file];
  // The last line may not be written whole yet.
  const lines = files.flatMap((each) => readFileSync(each, 'utf8').split('\n').slice(0, -1));
  const named = lines.filter((line) => line.includes(namespace));
  return named
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ objectRef }) => objectRef?.namespace === namespace);
}
