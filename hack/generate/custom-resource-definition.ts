import { Document, isScalar, isSeq, visit } from 'yaml';
import { group, type KindDefinition, version } from '../../operator/src/api/kind.ts';
import { checkStructuralSchema } from './check-structural-schema.ts';
import { atomicLists, deferRules } from './defer-rules.ts';
import { inlineReferences } from './inline-references.ts';
import { below, type JsonSchema, type Place, report } from './json-schema.ts';
import { type StructuralSchema, toStructuralSchema } from './structural-schema.ts';

const maxBytes = 200 * 1024;

/** The CustomResourceDefinition of a kind; `schema` is that of the whole object. */
export function renderCustomResourceDefinition(kind: KindDefinition, schema: JsonSchema, place: Place): object {
  const names = {
    kind: kind.kind,
    listKind: `${kind.kind}List`,
    plural: kind.plural,
    singular: kind.singular,
    shortNames: kind.shortNames,
    categories: ['conclave'],
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${group}`,
      labels: { 'app.kubernetes.io/name': 'conclave', 'app.kubernetes.io/component': 'crds' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.printerColumns,
          ...(kind.selectableFields.length > 0 && {
            selectableFields: kind.selectableFields.map((jsonPath) => ({ jsonPath })),
          }),
          schema: { openAPIV3Schema: renderObjectSchema(schema, place) },
        },
      ],
    },
  };
}

/** Specs that a kind carries inside it and that the operator checks, because the API server would at every write. */
const deferredSpecs: Readonly<Record<string, string>> = { WorkItem: 'pipelineSpec' };

function deferInner(spec: StructuralSchema, field: string | undefined): StructuralSchema {
  const inner = field === undefined ? undefined : spec.properties?.[field];
  if (field === undefined || inner === undefined) return spec;
  return { ...spec, properties: { ...spec.properties, [field]: deferRules(inner) } };
}

/** The structural schema of a whole object: what the API server itself checks is left to it. */
export function renderObjectSchema(schema: JsonSchema, place: Place): StructuralSchema {
  const { properties = {}, ...root } = inlineReferences(schema);
  const { spec = {}, status = {} } = properties;
  const whole = { ...root, properties: { spec, status }, required: ['spec'] };
  const structural = toStructuralSchema(whole, place);
  const halves = {
    spec: deferInner(structural.properties?.spec ?? {}, deferredSpecs[place.path]),
    status: atomicLists(structural.properties?.status ?? {}),
  };
  for (const half of ['spec', 'status'] as const) {
    if (!halves[half].description) report(below(place, `.${half}`), 'needs a description');
    checkStructuralSchema(halves[half], { ...below(place, `.${half}`), half });
  }
  return {
    ...structural,
    properties: {
      apiVersion: { description: 'Version of the schema that this object is written in.', type: 'string' },
      kind: { description: 'Kind of the object.', type: 'string' },
      metadata: { type: 'object' },
      ...halves,
    },
  };
}

/** A manifest as a file, reported when it is larger than a CRD should be. */
export function renderManifest(manifest: object, place: Place): string {
  // YAML 1.1 is what kubectl reads: `on` and `no` must be quoted.
  const document = new Document(manifest, { aliasDuplicateObjects: false, schema: 'yaml-1.1' });
  visit(document, {
    Seq: (_, list) => {
      list.flow = list.items.every(isScalar);
    },
    Map: (_, map) => {
      map.flow = map.items.every(({ value }) => isScalar(value) || (isSeq(value) && value.items.every(isScalar)));
    },
  });
  const body = document.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: false });
  const text = `# Generated from operator/src/api by \`npm run generate\`: change it there.\n${body}`;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) report(place, `the CRD has ${bytes} bytes; more than ${maxBytes} do not fit kubectl apply`);
  return text;
}
