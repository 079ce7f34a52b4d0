/** The files as they are generated from the real kinds: what they promise to clusters, editors and readers. */
import { Ajv, type AnySchema } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kinds } from '../../operator/src/api/kinds.ts';
import { runnerResult } from '../../operator/src/api/runner-result.ts';
import { runnerTask } from '../../operator/src/api/runner-task.ts';
import { arbitraryDocument } from './arbitrary-document.ts';
import { renderObjectSchema } from './custom-resource-definition.ts';
import { inlineReferences } from './inline-references.ts';
import { toJsonSchema } from './json-schema.ts';
import { omit } from './records.ts';
import { renderFiles } from './render-files.ts';
import { mapStructural, type StructuralSchema } from './structural-schema.ts';

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const { files, problems } = renderFiles();
const editorSchema = (name: string) => JSON.parse(files.get(`docs/schemas/${name}.schema.json`) ?? '') as AnySchema;
const ofAllKinds = ajv.compile(editorSchema('conclave'));
const runs = { numRuns: 200, seed: 7 };

test('the schemas of all kinds can be generated without a problem', () => {
  expect(problems).toEqual([]);
});

test('every CRD stays under 200 KiB and is YAML', () => {
  const manifests = [...files].filter(([path]) => path.startsWith('crds/'));
  expect(manifests).toHaveLength(kinds.length);
  for (const [, text] of manifests) {
    expect(Buffer.byteLength(text)).toBeLessThan(200 * 1024);
    expect(parse(text)).toHaveProperty('kind', 'CustomResourceDefinition');
  }
});

/** A structural schema as a JSON Schema that refuses what the API server would refuse or silently drop. */
function asJsonSchema(schema: StructuralSchema): object {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  return {
    ...omit(mapStructural(schema, asJsonSchema), 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'),
    ...(minimum !== undefined && { [exclusiveMinimum ? 'exclusiveMinimum' : 'minimum']: minimum }),
    ...(maximum !== undefined && { [exclusiveMaximum ? 'exclusiveMaximum' : 'maximum']: maximum }),
    ...(schema['x-kubernetes-int-or-string'] && { type: ['integer', 'string'] }),
    ...(schema.nullable && schema.type === undefined && { nullable: undefined }),
    ...(schema.properties && !isOpen && { additionalProperties: false }),
  };
}

describe.each(kinds.map((kind) => [kind.kind, kind] as const))('%s', (name, kind) => {
  const place = { path: name, problems: [] };
  const schema = toJsonSchema(kind.schema, place);
  const body = inlineReferences(schema);
  const documents = arbitraryDocument({
    ...body,
    properties: { ...omit(body.properties ?? {}, 'metadata'), metadata: {} },
  }).map((document) => ({ ...(document as object), metadata: { name: 'a' } }));

  test('whatever zod accepts, the structural schema accepts and keeps', () => {
    const structural = renderObjectSchema(schema, place);
    const accepts = ajv.compile(
      asJsonSchema({ ...structural, properties: { ...structural.properties, metadata: {} } }),
    );
    expect(share(documents, kind.schema, accepts)).toBeGreaterThan(0.2);
  });

  test('whatever zod accepts, the schema for editors accepts', () => {
    const accepts = ajv.compile(editorSchema(`${name.toLowerCase()}.v1alpha1`));
    expect(share(documents, kind.schema, accepts)).toBeGreaterThan(0.2);
  });

  test('the schema for editors of all kinds accepts it too', () => {
    const accepts = ofAllKinds;
    expect(share(documents, kind.schema, accepts)).toBeGreaterThan(0.2);
  });
});

type Validate = ReturnType<Ajv['compile']>;

/** The share of documents that zod accepted; each of them must be accepted by the other schema. */
function share(
  documents: fc.Arbitrary<unknown>,
  schema: { safeParse: (value: unknown) => { success: boolean } },
  accepts: Validate,
) {
  let accepted = 0;
  fc.assert(
    fc.property(documents, (document) => {
      if (!schema.safeParse(document).success) return;
      accepted += 1;
      if (!accepts(document)) throw new Error(ajv.errorsText(accepts.errors));
    }),
    runs,
  );
  return accepted / runs.numRuns;
}

test.each([
  ['task', runnerTask],
  ['result', runnerResult],
] as const)('whatever zod accepts as a %s, its schema accepts', (name, schema) => {
  const documents = arbitraryDocument(inlineReferences(toJsonSchema(schema, { path: name, problems: [] })));
  expect(share(documents, schema, ajv.compile(editorSchema(`${name}.v1alpha1`)))).toBeGreaterThan(0.2);
});

describe('the schema for editors', () => {
  const accepts = ajv.compile(editorSchema('pipeline.v1alpha1'));
  const pipeline = (step: object) => ({
    apiVersion: 'conclave.dev/v1alpha1',
    kind: 'Pipeline',
    metadata: { name: 'a' },
    spec: { steps: [step] },
  });
  const complaints = (step: object) => (accepts(pipeline(step)) ? '' : ajv.errorsText(accepts.errors));

  test('accepts a good step', () => {
    expect(complaints({ name: 'a', type: 'function', method: 'm' })).toBe('');
  });

  test('names a missing field of the step’s type', () => {
    expect(complaints({ name: 'a', type: 'function' })).toContain("must have required property 'method'");
  });

  test('refuses a field of another type', () => {
    expect(complaints({ name: 'a', type: 'approval', approvals: [{ role: 'po' }], method: 'm' })).toContain(
      'must NOT have additional properties',
    );
  });

  test('looks into steps that are nested in steps, at any depth', () => {
    const nested = (step: object) => ({ name: 'a', type: 'parallel_group', steps: [step] });
    expect(complaints(nested(nested({ name: 'b', type: 'function', method: 'm' })))).toBe('');
    expect(complaints(nested(nested({ name: 'b', type: 'function' })))).toContain("required property 'method'");
  });
});
