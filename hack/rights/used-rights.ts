/** Which rights an account has used, as the audit log of an API server tells. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatRight, type Right } from './right.ts';

/** Names the folder in which clusters leave what the operator has used in them, when they are taken down. */
export const usedRightsFolder = 'CONCLAVE_USED_RIGHTS';

const operator = 'system:serviceaccount:conclave-system:conclave-operator';

/** What a request asked, as far as it is read here. */
interface AuditEvent {
  readonly verb?: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string; readonly apiGroup?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Rights that the operator has used, by the lines of an audit log. What is no whole line is passed over. */
export function usedRights(log: string): ReadonlySet<Right> {
  const used = new Set<Right>();
  for (const line of log.split('\n')) {
    if (!line.includes(operator)) continue;
    const right = rightOf(parse(line));
    if (right !== undefined) used.add(right);
  }
  return used;
}

function rightOf({ verb, user, objectRef, annotations }: AuditEvent): Right | undefined {
  if (verb === undefined || user?.username !== operator || objectRef?.resource === undefined) return undefined;
  if (annotations?.['authorization.k8s.io/decision'] !== 'allow') return undefined;
  const { resource, subresource, apiGroup = '' } = objectRef;
  return formatRight(verb, subresource === undefined ? resource : `${resource}/${subresource}`, apiGroup);
}

function parse(line: string): AuditEvent {
  try {
    return JSON.parse(line) as AuditEvent;
  } catch {
    return {};
  }
}

/**
 * Keeps what was used in a cluster that is taken down, where somebody wants to know, beside what was used in earlier ones of
 * its name. `logs` is the folder of its audit log.
 */
export function keepUsedRights(name: string, logs: string): void {
  const folder = process.env[usedRightsFolder];
  if (folder === undefined) return;
  const files = filesIn(logs).filter((file) => /^audit.*\.log$/.test(file));
  const used = files.flatMap((file) => [...usedRights(readFileSync(join(logs, file), 'utf8'))]);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify([...new Set([...readKept(file), ...used])].sort()));
}

/** What was used in all clusters together. */
export function readUsedRights(folder: string): ReadonlySet<Right> {
  return new Set(filesIn(folder).flatMap((file) => readKept(join(folder, file))));
}

const readKept = (file: string) => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Right[]) : []);

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
