import type { Model, ModelStatus } from '../../api/model.ts';
import type { ModelAccess } from '../../api/runner-work.ts';
import { defined, type Defined } from '../defined.ts';
import { shortHash } from '../manifest/names.ts';
import { apiKeyName, serverName } from '../model/server-names.ts';
import { findModel, type ModelWorld } from './find-model.ts';
import type { PodNeeds } from './pod-needs.ts';

/** What Models are resolved with. */
export interface ModelContext {
  readonly world: ModelWorld;
  readonly needs: PodNeeds;
  /** Namespace of the WorkItem. */
  readonly namespace: string;
}

const usualConcurrency = 64;

/** How a Model is asked; undefined, with the reason told, when nothing names one or it cannot be reached. */
export function resolveModel(name: string | undefined, who: string, context: ModelContext): ModelAccess | undefined {
  const { world, needs } = context;
  if (name === undefined) {
    const message = `nothing says which Model ${who} asks; say it in \`modelRef\` of the step or of its AgentRole`;
    needs.fail({ reason: 'ModelNotNamed', message });
    return undefined;
  }
  const model = findModel(world, name);
  if (model === undefined) {
    needs.fail({ reason: 'ModelNotFound', message: `there is no Model '${name}', which ${who} asks` });
    return undefined;
  }
  const address = addressOf(model, context);
  return address && { ...address, ...describe(model) };
}

function describe({ spec, status }: Model): Omit<ModelAccess, 'url'> {
  const { modelName, contextLength = status?.contextLength, maxConcurrentRequests = usualConcurrency } = spec;
  const { inputPerMillionTokens, outputPerMillionTokens } = spec.price ?? {};
  const price = defined({ inputPerMillionTokens, outputPerMillionTokens });
  return {
    ...{ name: modelName, maxConcurrentRequests, ...defined({ contextLength }) },
    ...(Object.keys(price).length === 0 ? {} : { price }),
  };
}

type Address = Pick<ModelAccess, 'url'> & Defined<Pick<ModelAccess, 'apiKeyVariable' | 'caVariable' | 'cacheSalt'>>;

function addressOf(model: Model, { needs, namespace }: ModelContext): Address | undefined {
  const { metadata, spec, status } = model;
  const { name } = metadata;
  const { endpoint, sidecar } = spec;
  if (endpoint !== undefined) {
    const { url, apiKeySecretRef, caConfigMap } = endpoint;
    needs.reaches(url, `the \`endpoint.url\` of the Model '${name}'`);
    const apiKeyVariable = apiKeySecretRef && needs.secret(apiKeySecretRef);
    return { url, ...defined({ apiKeyVariable, caVariable: caConfigMap && needs.configMap(caConfigMap) }) };
  }
  if (sidecar !== undefined) return needs.model(model, sidecar);
  if (status?.url === undefined) {
    const message = `the Model '${name}' is not served yet: its status has no \`url\``;
    needs.fail({ awaitedModel: name, reason: 'ModelNotReady', message });
    return undefined;
  }
  needs.asks(name);
  const apiKeyVariable = needs.secret({ name: serverName(name), key: apiKeyName });
  // Only vLLM is sure to know salts; other servers refuse requests with fields that they do not know.
  return { url: status.url, apiKeyVariable, cacheSalt: shortHash(['cache-salt', namespace]) };
}

/** Models as they are pinned, with where those are reached now that run in the cluster: that is no part of what is pinned. */
export function withAddresses<World extends ModelWorld>(
  world: World,
  statusOf: (name: string) => ModelStatus | undefined,
): World {
  if (!world.models.some(({ spec }) => spec.dedicated !== undefined)) return world;
  const models = world.models.map((model): Model => {
    const status = model.spec.dedicated === undefined ? undefined : statusOf(model.metadata.name);
    return status === undefined ? model : { ...model, status };
  });
  return { ...world, models };
}
