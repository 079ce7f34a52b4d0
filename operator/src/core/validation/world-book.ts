import type { AgentRole } from '../../api/agent-role.ts';
import type { Council } from '../../api/council.ts';
import type { Method } from '../../api/method.ts';
import type { Model } from '../../api/model.ts';
import type { Pipeline } from '../../api/pipeline.ts';
import type { Tenant } from '../../api/tenant.ts';
import type { ValidObject } from './validate-object.ts';
import { type World, WorldIndex } from './world.ts';

/** The worlds that objects of each namespace see: what is known, and the objects that are judged together. */
export class WorldBook {
  readonly #known: World;
  readonly #objects = new Map<string | undefined, ValidObject[]>();
  readonly #worlds = new Map<string | undefined, WorldIndex>();

  constructor(known: World, objects: readonly ValidObject[]) {
    this.#known = known;
    for (const object of objects) {
      const { namespace } = object.metadata;
      const others = this.#objects.get(namespace);
      if (others === undefined) this.#objects.set(namespace, [object]);
      else others.push(object);
    }
  }

  /** An object without a namespace may come into any: it sees all, and all see it. */
  of({ metadata: { namespace } }: ValidObject): WorldIndex {
    const known = this.#worlds.get(namespace);
    if (known !== undefined) return known;
    const world = new WorldIndex(this.#worldOf(namespace));
    this.#worlds.set(namespace, world);
    return world;
  }

  #worldOf(namespace: string | undefined): World {
    const objects =
      namespace === undefined
        ? [...this.#objects.values()].flat()
        : [...(this.#objects.get(undefined) ?? []), ...(this.#objects.get(namespace) ?? [])];
    const ofKind = <T>(kind: string) => objects.filter((object) => object.kind === kind) as unknown as T[];
    const { methods, roles, models, councils, pipelines, ...rest } = this.#known;
    const [tenant] = ofKind<Tenant>('Tenant');
    return {
      ...rest,
      ...(tenant !== undefined && { tenant }),
      methods: [...ofKind<Method>('Method'), ...methods],
      roles: [...ofKind<AgentRole>('AgentRole'), ...roles],
      models: [...ofKind<Model>('Model'), ...models],
      councils: [...ofKind<Council>('Council'), ...councils],
      pipelines: [...ofKind<Pipeline>('Pipeline'), ...pipelines],
    };
  }
}
