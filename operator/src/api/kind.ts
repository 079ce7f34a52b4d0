import { z } from 'zod';
import { apiVersion, group, version } from './api-version.ts';
import type { ValidationRule } from './fields.ts';
import type { ObjectMeta } from './object-meta.ts';

export { apiVersion, group, version };

/** A column of `kubectl get`. Priority 1 shows with `-o wide` only. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: 0 | 1;
}

/** All there is to know about a kind: names, schemas, columns. CRDs, editor schemas and the reference come from it. */
export interface KindDefinition<Spec extends z.ZodType = z.ZodType, Status extends z.ZodType = z.ZodType> {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: Spec;
  readonly status: Status;
  /** The schema of the whole object. */
  readonly schema: z.ZodType;
  readonly printerColumns: readonly PrinterColumn[];
  /** JSON paths that `kubectl get --field-selector` understands. */
  readonly selectableFields: readonly string[];
  /** Rules over the whole object. */
  readonly rules: readonly ValidationRule[];
}

/** Metadata of an object: the fields that people write; the server adds more. */
export const metadata = z
  .looseObject({
    name: z.string().max(253).optional().meta({ description: 'Name, unique in its namespace.' }),
    generateName: z.string().max(253).optional().meta({ description: 'Prefix of a name that the server completes.' }),
    namespace: z.string().max(63).optional().meta({ description: 'Namespace; that is the tenant.' }),
    labels: z.record(z.string(), z.string()).optional().meta({ description: 'Labels, for selection.' }),
    annotations: z.record(z.string(), z.string()).optional().meta({ description: 'Annotations.' }),
  })
  .meta({ description: 'Standard object metadata.' });

/** An object of a kind with this spec and status. */
export interface Resource<Spec, Status> {
  readonly apiVersion: typeof apiVersion;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status;
}

type Parts<Spec extends z.ZodType, Status extends z.ZodType> = Omit<
  KindDefinition<Spec, Status>,
  'schema' | 'selectableFields' | 'rules'
> & { readonly selectableFields?: readonly string[]; readonly rules?: readonly ValidationRule[] };

/** Completes a kind with the schema of its whole object. */
export function defineKind<Spec extends z.ZodType, Status extends z.ZodType>(
  parts: Parts<Spec, Status>,
): KindDefinition<Spec, Status> {
  const rules = parts.rules ?? [];
  const schema = z
    .strictObject({
      apiVersion: z.literal(apiVersion).meta({ description: `Always \`${apiVersion}\`.` }),
      kind: z.literal(parts.kind).meta({ description: `Always \`${parts.kind}\`.` }),
      metadata,
      spec: parts.spec,
      status: parts.status.optional(),
    })
    .meta({ description: parts.description, 'x-kubernetes-validations': rules });
  return { ...parts, schema, rules, selectableFields: parts.selectableFields ?? [] };
}
