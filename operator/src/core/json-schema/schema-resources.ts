import type { JsonObject, JsonValue } from '../../api/json.ts';
import { isJsonList, isSchema } from './keyword-shapes.ts';
import { mapOf, ownValue } from './keyword-arguments.ts';

/** URI that a schema without an `$id` has, so that references inside it can be resolved. */
export const rootUri = 'schema:///';

/** What references can lead to: the whole schema, and the parts of it that have an `$id` or an anchor. */
export class SchemaResources {
  readonly #roots = new Map<string, JsonObject>();
  readonly #anchors = new Map<string, JsonObject>();
  readonly #dynamicAnchors = new Map<string, Map<string, JsonObject>>();

  addRoot(uri: string, schema: JsonObject): void {
    if (!this.#roots.has(uri)) this.#roots.set(uri, schema);
  }

  addAnchor(uri: string, name: string, schema: JsonObject): void {
    this.#anchors.set(`${uri}#${name}`, schema);
  }

  addDynamicAnchor(uri: string, name: string, schema: JsonObject): void {
    this.addAnchor(uri, name, schema);
    const byResource = this.#dynamicAnchors.get(name) ?? new Map<string, JsonObject>();
    this.#dynamicAnchors.set(name, byResource.set(uri, schema));
  }

  /** The schemas with a `$dynamicAnchor`, by resource. */
  dynamicAnchors(name: string): ReadonlyMap<string, JsonObject> {
    return this.#dynamicAnchors.get(name) ?? new Map<string, JsonObject>();
  }

  /** What stands at a fragment of a resource: all of it, a JSON pointer into it, or an anchor. Undefined when nothing does. */
  find({ uri, fragment }: ReferenceTarget): JsonObject | boolean | undefined {
    const root = this.#roots.get(uri);
    if (root === undefined || fragment === '') return root;
    if (!fragment.startsWith('/')) return this.#anchors.get(`${uri}#${fragment}`);
    const found = fragment.slice(1).split('/').map(unescapePointer).reduce<JsonValue | undefined>(childOf, root);
    return found !== undefined && isSchema(found) ? found : undefined;
  }

  has(uri: string): boolean {
    return this.#roots.has(uri);
  }
}

/** A resource and the part of it that a reference means. */
export interface ReferenceTarget {
  readonly uri: string;
  readonly fragment: string;
}

/** Reads a reference from where it stands, or gives undefined when it is no URI. */
export function resolveReference(base: string, reference: string): ReferenceTarget | undefined {
  try {
    if (reference.startsWith('#')) return { uri: base, fragment: decodeURIComponent(reference.slice(1)) };
    const url = new URL(reference, base);
    const fragment = decodeURIComponent(url.hash.slice(1));
    url.hash = '';
    return { uri: url.href, fragment };
  } catch (error) {
    if (error instanceof URIError || error instanceof TypeError) return undefined;
    throw error;
  }
}

const unescapePointer = (token: string) => token.replaceAll('~1', '/').replaceAll('~0', '~');

function childOf(value: JsonValue | undefined, token: string): JsonValue | undefined {
  if (isJsonList(value)) return /^(0|[1-9][0-9]{0,8})$/.test(token) ? value[Number(token)] : undefined;
  return ownValue(mapOf(value), token);
}
