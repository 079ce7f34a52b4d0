import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What the tests read of a generated CRD. */
export interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: CrdSchema } }];
  };
}

/** What the tests read of a schema. */
export interface CrdSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly items?: CrdSchema;
  readonly additionalProperties?: CrdSchema;
  readonly $ref?: string;
  readonly allOf?: readonly CrdSchema[];
  readonly 'x-kubernetes-validations'?: readonly CrdRule[];
}

/** A CEL rule as it stands in a CRD. */
export interface CrdRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
}

/** A rule and where it stands: `Pipeline.spec.steps[].check[]`. */
export interface PlacedRule {
  readonly at: string;
  readonly rule: CrdRule;
}

/** The CRDs of this repository. */
export function readCrds(): Crd[] {
  const folder = new URL('../../crds/', import.meta.url);
  return readdirSync(folder).map((name) => parse(readFileSync(new URL(name, folder), 'utf8')) as Crd);
}

/** The schema of a kind's whole object. */
export const schemaOf = (crd: Crd): CrdSchema => crd.spec.versions[0].schema.openAPIV3Schema;

/** Every rule of a schema and of what is below it. */
export function rulesOf(schema: CrdSchema, at: string): PlacedRule[] {
  const own = (schema['x-kubernetes-validations'] ?? []).map((rule) => ({ at, rule }));
  return [...own, ...childrenOf(schema).flatMap(([step, child]) => rulesOf(child, `${at}${step}`))];
}

/** The schemas directly below a schema, each with the step of the path that leads to it. */
export function childrenOf({ properties = {}, items, additionalProperties }: CrdSchema): [string, CrdSchema][] {
  return [
    ...Object.entries(properties).map(([name, child]): [string, CrdSchema] => [`.${name}`, child]),
    ...(items === undefined ? [] : [['[]', items] as [string, CrdSchema]]),
    ...(additionalProperties === undefined ? [] : [['.*', additionalProperties] as [string, CrdSchema]]),
  ];
}

/** The schema at a path below a schema, such as `.spec.steps[]`. */
export function schemaAt(schema: CrdSchema, path: string): CrdSchema {
  let found: CrdSchema | undefined = schema;
  for (const [step] of path.matchAll(/\.[^.[]+|\[\]/g)) {
    found = step === '[]' ? found?.items : found?.properties?.[step.slice(1)];
  }
  if (found === undefined) throw new Error(`no schema at ${path}`);
  return found;
}
