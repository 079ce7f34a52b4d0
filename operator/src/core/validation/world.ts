import type { AgentRole } from '../../api/agent-role.ts';
import type { Council } from '../../api/council.ts';
import type { Method, MethodSpec } from '../../api/method.ts';
import type { Model } from '../../api/model.ts';
import type { Pipeline } from '../../api/pipeline.ts';
import type { Tenant } from '../../api/tenant.ts';

/** What is known of a namespace: from a cluster, or from files that are looked at together. */
export interface World {
  /** Whether this is all there is. Then what is missing is an error; else it may still exist, and is a warning. */
  readonly complete: boolean;
  readonly methods: readonly Method[];
  readonly roles: readonly AgentRole[];
  readonly models: readonly Model[];
  readonly councils: readonly Council[];
  readonly pipelines: readonly Pipeline[];
  readonly tenant?: Tenant;
  /** The nodes that pods may run on; not known when it is left out. */
  readonly nodes?: readonly NodeCapacity[];
}

/** What a node can give to pods. */
export interface NodeCapacity {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Quantities by resource name: `cpu`, `memory`, `nvidia.com/gpu`. */
  readonly allocatable: Readonly<Record<string, string>>;
  /** What of it is not taken; not known when it is left out. */
  readonly free?: Readonly<Record<string, string>>;
}

/** Nothing is known, and everything may exist. */
export const unknownWorld: World = {
  complete: false,
  ...{ methods: [], roles: [], models: [], councils: [], pipelines: [] },
};

/** Finds what a world holds by the names that steps use. */
export class WorldIndex {
  readonly world: World;
  readonly #methods: NameIndex<Method>;
  readonly #roles: NameIndex<AgentRole>;
  readonly #models: NameIndex<Model>;
  readonly #councils: NameIndex<Council>;
  readonly #pipelines: NameIndex<Pipeline>;

  constructor(world: World) {
    this.world = world;
    this.#methods = new NameIndex(world.methods, ({ spec }) => spec.id);
    this.#roles = new NameIndex(world.roles, ({ spec }) => spec.role);
    this.#models = new NameIndex(world.models, ({ spec }) => spec.modelName);
    this.#councils = new NameIndex(world.councils, () => undefined);
    this.#pipelines = new NameIndex(world.pipelines, () => undefined);
  }

  /**
   * By `spec.id`, else by the object's name with `_` as `-`. Of several, the first of a type that is wanted: models and flows
   * may be called the same.
   */
  method(name: string, types: readonly MethodSpec['type'][]): Method | undefined {
    const found = [...this.#methods.byAlias(name), ...this.#methods.byName(name.replaceAll('_', '-'))];
    return found.find(({ spec }) => types.includes(spec.type)) ?? found[0];
  }

  /** The AgentRole of that name, else the first whose `spec.role` it is. */
  role(name: string): AgentRole | undefined {
    return this.#roles.byName(name)[0] ?? this.#roles.byAlias(name)[0];
  }

  model(name: string): Model | undefined {
    return this.#models.byName(name)[0];
  }

  /** By its name, else by the name that requests ask for: graphs of agents may use either. */
  servedModel(name: string): Model | undefined {
    return this.model(name) ?? this.#models.byAlias(name)[0];
  }

  council(name: string): Council | undefined {
    return this.#councils.byName(name)[0];
  }

  pipeline(name: string): Pipeline | undefined {
    return this.#pipelines.byName(name)[0];
  }
}

interface Named {
  readonly metadata: { readonly name: string };
}

/** Objects by name and by the other name that they may have, in their order. */
class NameIndex<T extends Named> {
  readonly #byName = new Map<string, T[]>();
  readonly #byAlias = new Map<string, T[]>();

  constructor(objects: readonly T[], aliasOf: (object: T) => string | undefined) {
    for (const object of objects) {
      append(this.#byName, object.metadata.name, object);
      const alias = aliasOf(object);
      if (alias !== undefined) append(this.#byAlias, alias, object);
    }
  }

  byName(name: string): readonly T[] {
    return this.#byName.get(name) ?? [];
  }

  byAlias(alias: string): readonly T[] {
    return this.#byAlias.get(alias) ?? [];
  }
}

function append<T>(lists: Map<string, T[]>, key: string, object: T): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [object]);
  else known.push(object);
}
