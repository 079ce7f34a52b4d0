import { below, type Place, report } from './json-schema.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** Where a schema stands: `status` is written by the operator alone, `spec` by people. */
export type Half = 'spec' | 'status';

interface Spot extends Place {
  readonly half: Half;
}

/**
 * Reports what the API server would refuse, or what would make a CRD poor: fields without a description, lists without
 * `maxItems`, texts of the spec without `maxLength` and maps without `maxProperties` (CEL's cost is counted by them),
 * and list keys that may be missing.
 */
export function checkStructuralSchema(schema: StructuralSchema, spot: Spot): void {
  if (schema.type === 'array') checkList(schema, spot);
  if (spot.half === 'spec') checkBounds(schema, spot);
  checkFields(schema, spot);
  if (schema.items !== undefined) checkStructuralSchema(schema.items, below(spot, '[]'));
  if (schema.additionalProperties !== undefined) checkStructuralSchema(schema.additionalProperties, below(spot, '.*'));
}

function checkFields({ properties = {}, required = [] }: StructuralSchema, spot: Spot): void {
  for (const [name, field] of Object.entries(properties)) {
    const place = below(spot, `.${name}`);
    if (!field.description) report(place, 'needs a description');
    checkStructuralSchema(field, place);
  }
  for (const field of required) {
    if (properties[field] === undefined) report(spot, `requires '${field}', which is no property`);
  }
}

function checkBounds(schema: StructuralSchema, spot: Spot): void {
  const { type, enum: texts, format, maxLength, additionalProperties, maxProperties } = schema;
  if (type === 'string' && texts === undefined && format === undefined && maxLength === undefined) {
    report(spot, 'a text in the spec needs a maxLength');
  }
  if (additionalProperties !== undefined && maxProperties === undefined) {
    report(spot, 'a map in the spec needs maxProperties');
  }
}

const isPlain = ({ type }: StructuralSchema) => type !== undefined && type !== 'object' && type !== 'array';

function checkList(list: StructuralSchema, spot: Spot): void {
  const listType = list['x-kubernetes-list-type'];
  const { items = {} } = list;
  if (list.maxItems === undefined) report(spot, 'a list needs maxItems');
  if (listType === 'set' && !isPlain(items)) report(spot, 'a set may hold plain values only');
  if (listType === 'map') {
    for (const key of list['x-kubernetes-list-map-keys'] ?? []) checkListKey(key, items, spot);
  }
}

function checkListKey(key: string, { properties, required = [] }: StructuralSchema, spot: Spot): void {
  const field = properties?.[key];
  if (field === undefined || !isPlain(field)) {
    report(spot, `the list key '${key}' must be a plain field of its items`);
  } else if (field.default === undefined && !required.includes(key)) {
    report(spot, `the list key '${key}' must be required or have a default`);
  }
}
