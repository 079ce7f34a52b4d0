import type { AgentRole } from '../../api/agent-role.ts';
import { digest } from '../../api/fields.ts';
import type { JsonValue } from '../../api/json.ts';
import type { AgentWork } from '../../api/runner-work.ts';
import { FieldCut } from '../context/cut-fields.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';

/** An artifact that an agent may read. */
export type OfferedArtifact = NonNullable<AgentWork['artifacts']>[number];

/** What artifacts are found in. */
export type ArtifactSources = Pick<StartAttempt, 'step' | 'inputs' | 'prompt' | 'known'>;

/** Artifacts that are offered to one agent, and characters of their names. */
const mostArtifacts = 256;
const longestName = 253;

/** Nothing deeper is looked for: values of agents have any depth. */
const deepest = 32;

/**
 * The artifacts that an agent may read: those whose digests stand, as whole values, in what it is given or in results and decisions
 * that can be seen from its step, whether or not the pack has room for them; and results that are only in the store. None for a
 * role from which anything is kept, because nobody can cut them for it, and none for a step that says itself which tools it uses.
 * Undefined where there are none.
 */
export function artifactsFor(role: AgentRole | undefined, sources: ArtifactSources): AgentWork['artifacts'] {
  if (role === undefined || !mayRead(role) || asksForOthers(sources.step)) return undefined;
  const offered = new Map<string, OfferedArtifact>();
  for (const each of named(sources)) {
    if (offered.size === mostArtifacts) break;
    if (!offered.has(each.digest)) offered.set(each.digest, { ...each, name: each.name.slice(0, longestName) });
  }
  return offered.size === 0 ? undefined : [...offered.values()];
}

function mayRead({ spec: { context = {} } }: AgentRole): boolean {
  return context.artifacts !== false && new FieldCut(context).isOpen;
}

const asksForOthers = (step: StartAttempt['step']) => step.type === 'llm_agent' && step.tools !== undefined;

function* named({ inputs, prompt = [], known = [] }: ArtifactSources): Generator<OfferedArtifact> {
  yield* digestsIn('inputs', inputs);
  for (const part of prompt) if ('name' in part) yield* digestsIn(part.name, part.value);
  for (const { name, fields, stored } of known) {
    if (stored !== undefined) yield { name, ...stored, mediaType: 'application/json' };
    else if (fields !== undefined) yield* digestsIn(name, fields);
  }
}

function* digestsIn(name: string, value: JsonValue, depth = 0): Generator<OfferedArtifact> {
  if (typeof value === 'string' && isDigest(value)) yield { name, digest: value };
  if (typeof value !== 'object' || value === null || depth === deepest) return;
  const isList = Array.isArray(value);
  for (const [key, inside] of Object.entries(value))
    yield* digestsIn(isList ? `${name}[${key}]` : `${name}.${key}`, inside, depth + 1);
}

const isDigest = (text: string) => text.length === digestLength && digest('').safeParse(text).success;
const digestLength = 'sha256:'.length + 64;
