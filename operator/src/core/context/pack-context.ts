import type { AgentRoleSpec } from '../../api/agent-role.ts';
import type { JsonObject } from '../../api/json.ts';
import type { AgentWork } from '../../api/runner-work.ts';
import { canonicalJson, digestOf } from '../digest.ts';
import { FieldCut, namesOf } from './cut-fields.ts';
import { charactersPerToken, fitLines, tokensOf } from './fit-lines.ts';
import type { KnownRecord } from './known-record.ts';

/** What the task holds of it. */
export type ContextPack = NonNullable<AgentWork['context']>;

/** What a role may see of its WorkItem. */
export type ContextRules = NonNullable<AgentRoleSpec['context']>;

/** Size of a pack where its role does not say, in tokens; characters and sources that a task can hold. */
const usualTokens = 200;
const mostCharacters = 1_048_576;
const mostSources = 1024;

/**
 * What an agent is told of its own WorkItem: cut for its role, the most related first, then the most recent, and no larger than
 * the role says. Of several roles that share a pack it holds what each of them may see. Undefined when there is nothing to tell.
 */
export function packContext(records: readonly KnownRecord[], roles: readonly ContextRules[]): ContextPack | undefined {
  const cuts = roles.map((rules) => new FieldCut(rules));
  // NOTE: what a role may not see is gone before anything is made of it: order, size, digests and numbers tell nothing of it.
  const visible = records.flatMap((record) => cutRecord(record, cuts) ?? []).sort(inOrder);
  const mostTokens = Math.min(...roles.map(({ maxTokens = usualTokens }) => maxTokens));
  const lines = visible.map(({ line }) => line);
  const { text, kept } = fitLines(lines, Math.min(mostCharacters, mostTokens * charactersPerToken));
  if (text === '') return undefined;
  const sources = visible.slice(0, Math.min(kept, mostSources)).map(({ source }) => source());
  return { text, tokens: tokensOf(text), maxTokens: mostTokens, sources };
}

interface Visible extends Pick<KnownRecord, 'at' | 'distance'> {
  readonly line: string;
  /** Made only for what is told: digests of large records take their time. */
  readonly source: () => string;
}

/** What is left of a record for all roles; undefined when nothing is. */
function cutRecord(record: KnownRecord, cuts: readonly FieldCut[]): Visible | undefined {
  const { kind, name, at, distance, stored } = record;
  if (cuts.some((cut) => cut.hides(namesOf(name)))) return undefined;
  const place = { at, ...(distance === undefined ? {} : { distance }) };
  if (stored !== undefined) return { ...place, ...tellStored(record, stored, cuts) };
  const fields = cuts.reduce<JsonObject | undefined>((left, cut) => left && cut.apply(name, left), record.fields);
  if (fields === undefined || Object.keys(fields).length === 0) return undefined;
  return {
    ...place,
    line: `${titles[kind]} ${name}: ${canonicalJson(fields)}`,
    source: () => `${name}@${digestOf(fields)}`,
  };
}

const titles = {
  result: 'Result of the step',
  decision: 'Decision at the gate',
  transition: 'Transition by the action',
} satisfies Record<KnownRecord['kind'], string>;

/** NOTE: the digest of a result leads to all its fields: it is for those from whom none of them is kept. */
function tellStored(
  { kind, name }: KnownRecord,
  { digest, sizeBytes }: NonNullable<KnownRecord['stored']>,
  cuts: readonly FieldCut[],
): Pick<Visible, 'line' | 'source'> {
  const isNamed = cuts.every((cut) => cut.isOpen);
  const where = isNamed ? `in the artifact ${digest}` : 'not shown';
  return {
    line: `${titles[kind]} ${name}: ${sizeBytes} bytes, ${where}`,
    source: () => (isNamed ? `${name}@${digest}` : name),
  };
}

function inOrder(one: Visible, other: Visible): number {
  const byDistance = compare(one.distance ?? Infinity, other.distance ?? Infinity);
  return byDistance || compare(other.at, one.at) || compare(one.line, other.line);
}

const compare = <T extends string | number>(one: T, other: T): number => (one < other ? -1 : Number(one > other));
