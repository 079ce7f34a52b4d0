import { pipelineSpec, type PipelineSpec } from '../../api/pipeline.ts';
import { defined } from '../defined.ts';
import { digestOf } from '../digest.ts';
import { slug } from '../manifest/names.ts';
import { isTemplate } from '../template/parse-template.ts';
import { methodUseOf } from '../validation/references/method-uses.ts';
import { type World, WorldIndex } from '../validation/world.ts';
import type { PinnedPipeline } from '../work-item/observed.ts';
import { pipelineGraph } from './pipeline-graph.ts';

/** What a run is pinned to, as it is kept: everything of a `PinnedPipeline` that is not made from the rest. */
export type PinnedContent = Omit<PinnedPipeline, 'revision' | 'digest'>;

/** A spec that fits the schema, in which defaults are filled in also where the API server cannot: in nested steps. */
export function completeSpec(spec: PipelineSpec): PipelineSpec {
  return pipelineSpec.parse(spec);
}

/** Pins a pipeline to what it is and names now. Only what it uses counts, so that nothing else changes its digest. */
export function pinPipeline(spec: PipelineSpec, name: string | undefined, world: World): PinnedPipeline {
  const nodes = pipelineGraph(spec).nodes;
  const overrides = world.tenant?.spec.modelOverrides;
  const hasAgents = nodes.some(({ step }) => agentTypes.has(step.type));
  return sealPin({
    ...defined({ name }),
    spec,
    methods: methodsUsed(spec, world),
    roles: hasAgents ? world.roles.map(asWritten) : [],
    models: hasAgents ? world.models.map(asWritten) : [],
    councils: hasAgents ? world.councils.map(asWritten) : [],
    ...(hasAgents && overrides !== undefined && { modelOverrides: overrides }),
  });
}

/** Gives content the name of the revision that holds it: its digest says what it is, its beginning is for people. */
export function sealPin(content: PinnedContent): PinnedPipeline {
  const digest = digestOf(content);
  const hex = digest.slice('sha256:'.length);
  return { ...content, digest, revision: `${slug(content.name ?? 'inline', 40)}-${hex.slice(0, 16)}` };
}

const agentTypes: ReadonlySet<string> = new Set(['llm_agent', 'llm_flow', 'council']);

/** Methods by the names that steps use; all of the namespace where a template makes the name. */
function methodsUsed(spec: PipelineSpec, world: World) {
  const uses = pipelineGraph(spec).nodes.flatMap(({ step }) => methodUseOf(step) ?? []);
  if (uses.some(({ name }) => isTemplate(name))) return world.methods.map(asWritten);
  const index = new WorldIndex(world);
  const used = new Set(uses.flatMap(({ name, types }) => index.method(name, types) ?? []));
  return world.methods.filter((method) => used.has(method)).map(asWritten);
}

/** An object without what the cluster adds to it. */
function asWritten<T extends { readonly metadata: { readonly name: string }; readonly spec: unknown }>(object: T): T {
  const { name } = object.metadata;
  const { apiVersion, kind, spec } = object as T & { readonly apiVersion: string; readonly kind: string };
  return { apiVersion, kind, metadata: { name }, spec } as unknown as T;
}
