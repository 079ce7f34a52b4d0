import { apiVersion as ourApiVersion, group as ourGroup, type KindDefinition } from '../../api/kind.ts';
import type { Issue } from '../issue.ts';
import { quote } from '../quote.ts';
import { describeValue } from './describe-value.ts';
import { nearestName, suggestName } from './nearest-name.ts';
import { ownValue } from './schema-view.ts';

/** The kind that a document is of, or why there is nothing to validate it by. */
export type IdentifiedKind = { readonly definition: KindDefinition } | { readonly issue: Issue };

/** Finds out by `apiVersion` and `kind` what a document is. Objects of other groups get a note and are passed over. */
export function identifyKind(document: unknown, kinds: readonly KindDefinition[]): IdentifiedKind {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return { issue: noObject(document) };
  const apiVersion = ownValue(document, 'apiVersion');
  const kind = ownValue(document, 'kind');
  if (!isName(apiVersion)) return { issue: badField('apiVersion', apiVersion) };
  if (!isName(kind)) return { issue: badField('kind', kind) };
  const definition = kinds.find((candidate) => candidate.kind === kind);
  if (apiVersion !== ourApiVersion) return { issue: otherApiVersion(apiVersion, kind, definition !== undefined) };
  return definition === undefined ? { issue: unknownKind(kind, kinds) } : { definition };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

function noObject(document: unknown): Issue {
  return {
    code: 'NotAnObject',
    path: [],
    message: `a document must be an object, found ${describeValue(document)}`,
    hint: `begin with \`apiVersion: ${ourApiVersion}\` and \`kind:\``,
  };
}

function badField(field: 'apiVersion' | 'kind', value: unknown): Issue {
  const hint =
    field === 'apiVersion' ? `write \`apiVersion: ${ourApiVersion}\`` : 'write `kind: Pipeline`, for example';
  if (value === undefined || value === null || value === '')
    return { code: 'RequiredField', path: [field], message: `${field} is required`, hint };
  return { code: 'WrongType', path: [field], message: `must be text, found ${describeValue(value)}`, hint };
}

function otherApiVersion(apiVersion: string, kind: string, kindIsOurs: boolean): Issue {
  const [group = '', version] = apiVersion.split('/');
  const meansOurs =
    group === ourGroup || (kindIsOurs && (version === undefined || nearestName(group, [ourGroup]) !== undefined));
  if (meansOurs)
    return {
      code: 'UnknownApiVersion',
      path: ['apiVersion'],
      message: `unknown apiVersion ${quote(apiVersion)}`,
      hint: `did you mean ${ourApiVersion}?`,
    };
  return {
    code: 'OtherGroup',
    severity: 'note',
    path: [],
    message: `${kind} (${apiVersion}) is not one of Conclave's kinds and was passed over`,
  };
}

function unknownKind(kind: string, kinds: readonly KindDefinition[]): Issue {
  const known = kinds.map((candidate) => candidate.kind);
  const hint = suggestName(kind, known, `kinds of ${ourApiVersion}`);
  const issue = { code: 'UnknownKind', path: ['kind'], message: `unknown kind ${quote(kind)}` };
  return hint === undefined ? issue : { ...issue, hint };
}
