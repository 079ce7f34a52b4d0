import type { JsonObject, JsonValue } from '../../api/json.ts';
import { digestOf } from '../digest.ts';
import { clip } from '../quote.ts';
import type { PolicyKind, PolicyManifest } from './policy-manifest.ts';

/** A policy or a binding as the cluster has it. */
export interface FoundPolicy extends PolicyManifest {
  readonly uid: string;
  /** Grows with every change of the spec. */
  readonly generation: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly changedAtMs: number;
  readonly isBeingDeleted: boolean;
  /** What the API server's type check says of its expressions. */
  readonly typeWarnings: readonly string[];
}

/** Why the policies cannot be relied on: a word for programs, and words for people. */
export interface PolicyProblem {
  readonly reason: 'PoliciesMissing' | 'PoliciesChanged' | 'PoliciesFaulty' | 'PoliciesSettling' | 'PoliciesUnread';
  readonly message: string;
}

/** Whether the policies are in force that decisions rest on. */
export type PoliciesInForce =
  /** The identity of exactly these policies: a gap or an edit, even one that was undone, makes it another. */
  { readonly epoch: string } | { readonly problems: readonly PolicyProblem[] };

/**
 * How long a policy must have stood unchanged before decisions rest on it, in milliseconds: every API server has read it by
 * then, and so none of them lets through what it forbids.
 */
export const settleMs = 10_000;

/** Compares the policies that a cluster has with those that are shipped. */
export function comparePolicies(
  expected: readonly PolicyManifest[],
  found: readonly FoundPolicy[],
  nowMs: number,
): PoliciesInForce {
  const byName = new Map(found.map((policy) => [nameOf(policy), policy]));
  const problems = expected.flatMap((manifest) => findProblem(manifest, byName.get(nameOf(manifest)), nowMs) ?? []);
  if (problems.length > 0) return { problems };
  const names = new Set(expected.map(nameOf));
  const identities = found
    .filter((policy) => names.has(nameOf(policy)))
    .map(({ kind, name, uid, generation }) => ({ kind, name, uid, generation }))
    .sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  return { epoch: digestOf(identities) };
}

const nameOf = ({ kind, name }: Pick<PolicyManifest, 'kind' | 'name'>) => `${kind} ${name}`;

function findProblem(
  expected: PolicyManifest,
  found: FoundPolicy | undefined,
  nowMs: number,
): PolicyProblem | undefined {
  const name = nameOf(expected);
  if (found === undefined || found.isBeingDeleted)
    return { reason: 'PoliciesMissing', message: `${name} is not installed` };
  const difference = findDifference(withDefaults(expected), withDefaults(found), 'spec');
  if (difference !== undefined)
    return { reason: 'PoliciesChanged', message: `${name} is not as it is shipped: ${difference}` };
  const [warning] = found.typeWarnings;
  if (warning !== undefined)
    return { reason: 'PoliciesFaulty', message: `the API server finds fault with ${name}: ${clip(warning)}` };
  if (nowMs - found.changedAtMs >= settleMs) return undefined;
  const message = `${name} was changed less than ${settleMs / 1000} s ago: every API server has to read it first`;
  return { reason: 'PoliciesSettling', message };
}

/** A spec with what the API server fills in where a manifest says nothing. */
function withDefaults({ kind, spec }: PolicyManifest): JsonObject {
  const field = isBinding(kind) ? 'matchResources' : 'matchConstraints';
  const matches = spec[field];
  const filled = isObject(matches) ? { ...spec, [field]: withMatchDefaults(matches) } : spec;
  return isBinding(kind) ? filled : { failurePolicy: 'Fail', ...filled };
}

const isBinding = (kind: PolicyKind) => kind.endsWith('Binding');

function withMatchDefaults(matches: JsonObject): JsonObject {
  const rules = ['resourceRules', 'excludeResourceRules'].flatMap((field): [string, JsonValue][] => {
    const list = matches[field];
    return isList(list) ? [[field, list.map((rule) => (isObject(rule) ? { scope: '*', ...rule } : rule))]] : [];
  });
  const selectors = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} };
  return { ...selectors, ...matches, ...Object.fromEntries(rules) };
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

/** The first place at which two values differ, in words; undefined when they are the same. */
function findDifference(
  expected: JsonValue | undefined,
  found: JsonValue | undefined,
  path: string,
): string | undefined {
  if (isObject(expected) && isObject(found)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
    return first(keys.map((key) => () => findDifference(expected[key], found[key], `${path}.${key}`)));
  }
  if (isList(expected) && isList(found) && expected.length === found.length)
    return first(expected.map((item, index) => () => findDifference(item, found[index], `${path}[${index}]`)));
  if (JSON.stringify(expected) === JSON.stringify(found)) return undefined;
  if (expected === undefined) return `${path} is ${describe(found)}, and should not be there`;
  const from = typeof expected === 'string' && typeof found === 'string' ? sameLength(expected, found) : 0;
  return `${path} is ${describe(found, from)}, not ${describe(expected, from)}`;
}

function first(differences: readonly (() => string | undefined)[]): string | undefined {
  for (const find of differences) {
    const difference = find();
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** How long the beginning is that two texts share. */
function sameLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** Long texts are shown from a little before `from`. */
function describe(value: JsonValue | undefined, from = 0): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string' && from > 30) return clip(JSON.stringify(`…${value.slice(from - 10)}`));
  return clip(JSON.stringify(value));
}
