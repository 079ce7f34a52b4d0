import type { AgentRole } from '../../api/agent-role.ts';
import type { Council } from '../../api/council.ts';
import type { Method } from '../../api/method.ts';
import type { Model } from '../../api/model.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import type { Step } from '../../api/step/step.ts';
import { findRole, methodNameOf } from '../pipeline/step-methods.ts';

/** What is known of the things that steps name. */
export interface EstimateWorld {
  readonly spec: Pick<PipelineSpec, 'defaults'>;
  readonly roles: readonly AgentRole[];
  readonly methods: readonly Method[];
  readonly models: readonly Model[];
  readonly councils: readonly Council[];
  /** Models that others answer for, as the Tenant says. */
  readonly modelOverrides?: readonly { readonly from: string; readonly to: string }[] | undefined;
}

/** Things that a step names: those that are known, and in words those that are not. */
export interface Named<Thing> {
  readonly found: readonly Thing[];
  readonly missing: readonly string[];
}

/** The Methods that a step may call: any that its name means, or can mean once its templates are resolved. */
export function methodsOf(step: Step, { methods }: EstimateWorld): Named<Method> {
  const name = methodNameOf(step);
  if (name === undefined) return { found: [], missing: [] };
  const found = name.includes('{{') ? matchingMethods(methods, name) : (methodsByName(methods).get(name) ?? []);
  return named(found, `Method '${name}'`);
}

const indexes = new WeakMap<readonly Method[], ReadonlyMap<string, readonly Method[]>>();

/** Methods by every name that steps may use. Made once for each list. */
function methodsByName(methods: readonly Method[]): ReadonlyMap<string, readonly Method[]> {
  const known = indexes.get(methods);
  if (known !== undefined) return known;
  const index = new Map<string, Method[]>();
  for (const method of methods)
    for (const name of namesOf(method)) index.set(name, [...(index.get(name) ?? []), method]);
  indexes.set(methods, index);
  return index;
}

function namesOf({ spec, metadata }: Method): ReadonlySet<string> {
  const names = [metadata.name, metadata.name.replaceAll('-', '_')];
  return new Set(spec.id === undefined ? names : [spec.id, ...names]);
}

/** The role that a step acts by. */
export function rolesOf(step: Step, { roles }: EstimateWorld): Named<AgentRole> {
  if (step.role === undefined) return { found: [], missing: [] };
  return named([findRole(roles, step.role)], `AgentRole '${step.role}'`);
}

/** Most that one attempt of a step may take, in seconds. A name with templates may still turn into anything. */
export function attemptSeconds(step: Step, world: EstimateWorld): number {
  const { timeoutSeconds } = world.spec.defaults;
  if (step.timeoutSeconds !== undefined) return step.timeoutSeconds;
  const ofMethods = methodsOf(step, world).found.map(({ spec }) => spec.timeoutSeconds ?? timeoutSeconds);
  const isOpen = ofMethods.length === 0 || methodNameOf(step)?.includes('{{') === true;
  return Math.max(...ofMethods, ...(isOpen ? [timeoutSeconds] : []));
}

function named<Thing>(things: readonly (Thing | undefined)[], words: string): Named<Thing> {
  const found = things.filter((thing) => thing !== undefined);
  return { found, missing: found.length === 0 ? [words] : [] };
}

/** Methods whose name fits what stands around the templates of a name. */
function matchingMethods(methods: readonly Method[], name: string): readonly Method[] {
  const literals = name.split(/\{\{[^{}]*\}\}/);
  return methods.filter((method) => [...namesOf(method)].some((candidate) => holdsInOrder(candidate, literals)));
}

/** Whether a text begins and ends with the first and last of some parts and has the others between them, in order. */
function holdsInOrder(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
