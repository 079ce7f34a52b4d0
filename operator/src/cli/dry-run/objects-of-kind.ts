import type { KindDefinition, Resource } from '../../api/kind.ts';
import { isPlainObject } from '../../core/dsl/is-plain-object.ts';
import { fillDefaults } from '../../core/validation/fill-defaults.ts';
import { pruneDefaultedNulls } from '../../core/validation/prune-nulls.ts';
import type { ReadManifest } from '../../core/dsl/read-pipeline-documents.ts';

type ObjectOf<Kind> =
  Kind extends KindDefinition<infer Spec, infer Status>
    ? Resource<Spec['_zod']['output'], Status['_zod']['output']>
    : never;

/** The objects of a kind among valid manifests, with the defaults that the API server would fill in. */
export function objectsOfKind<Kind extends KindDefinition>(
  { kind, schema }: Kind,
  manifests: readonly Pick<ReadManifest, 'value'>[],
): ObjectOf<Kind>[] {
  return manifests
    .map(({ value }) => value)
    .filter((value) => isPlainObject(value) && value['kind'] === kind)
    .map((value) => fillDefaults(schema, pruneDefaultedNulls(schema, value)) as ObjectOf<Kind>);
}
