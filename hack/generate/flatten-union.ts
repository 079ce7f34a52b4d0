import { fieldOf, isNoneOf, isOneOf, listed, lookUp, one } from './cel.ts';
import { tagOf } from './inline-references.ts';
import { below, type Place, report, type ValidationRule } from './json-schema.ts';
import { mergeField, type Occurrence } from './merge-field.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** What the objects of a union are, for messages ("step"), and where it stands. */
export interface Union {
  readonly noun: string | undefined;
  readonly place: Place;
}

interface TaggedUnion extends Union {
  /** The field that tells the objects apart. */
  readonly tag: string;
  readonly variants: readonly Variant[];
}

/** One object of a union, and the values of the tag that mean it. */
interface Variant {
  readonly values: readonly string[];
  readonly schema: StructuralSchema;
}

/**
 * One object schema for a union of objects that a field with fixed texts tells apart: it has the fields of all, the tag
 * is an enum, and rules allow each value of the tag exactly its own fields and ask for those it needs. The API server
 * reads the rules only when the tag has a known value.
 */
export function flattenUnion(schemas: readonly StructuralSchema[], union: Union): StructuralSchema {
  const tag = tagOf(
    schemas.map(({ properties = {} }) => properties),
    textsOf,
  );
  if (tag === undefined) {
    report(union.place, 'no field with fixed texts tells the objects of this union apart: use z.discriminatedUnion');
    return schemas[0] ?? { type: 'object' };
  }
  const variants = schemas.map((schema) => ({ values: textsOf(schema.properties?.[tag] ?? {}), schema }));
  const tagged: TaggedUnion = { ...union, tag, variants };
  const required = fieldNames(schemas).filter((field) => schemas.every((schema) => schema.required?.includes(field)));
  const fields = fieldNames(schemas).map((field) => [field, flattenField(field, tagged)] as const);
  const rules = [
    ...neededFields(required, tagged),
    ...fields.flatMap(([, field]) => field.rules),
    ...variants.flatMap((variant) => ownRules(variant, tagged)),
  ];
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(fields.map(([field, { schema }]) => [field, schema])),
    ...(rules.length > 0 && { 'x-kubernetes-validations': rules }),
  };
}

const fieldNames = (schemas: readonly StructuralSchema[]) => [
  ...new Set(schemas.flatMap((schema) => Object.keys(schema.properties ?? {}))),
];

const textsOf = (schema: StructuralSchema) => (schema.enum ?? []) as readonly string[];

function flattenTag({ tag, variants }: TaggedUnion): StructuralSchema {
  const lines = variants.map(({ values, schema }) => {
    const description = schema.properties?.[tag]?.description;
    return `${values.map((value) => `\`${value}\``).join(', ')}${description === undefined ? '' : `: ${description}`}`;
  });
  const values = variants.flatMap((variant) => variant.values);
  return {
    description: `Decides which other fields there are. ${lines.join(' ')}`,
    type: 'string',
    maxLength: Math.max(...values.map((value) => value.length)),
    enum: values,
  };
}

function flattenField(field: string, union: TaggedUnion) {
  if (field === union.tag) return { schema: flattenTag(union), rules: [] };
  const occurrences: Occurrence[] = union.variants.flatMap(({ values, schema }) => {
    const own = schema.properties?.[field];
    return own === undefined ? [] : [{ values, schema: own }];
  });
  const isEverywhere = occurrences.length === union.variants.length;
  const target = { field, tag: union.tag, isEverywhere, place: below(union.place, `.${field}`) };
  const merged = mergeField(occurrences, target);
  if (isEverywhere || !isVisible(merged.schema)) return merged;
  const owners = occurrences.flatMap(({ values }) => values);
  return { ...merged, rules: [foreignField(field, owners, union), ...merged.rules] };
}

/** Whether CEL sees a field: it is blind to free JSON, of which only the operator and the CLI check where it stands. */
const isVisible = (schema: StructuralSchema | undefined) =>
  schema?.type !== undefined || schema?.['x-kubernetes-int-or-string'] === true;

/**
 * The rule that each object has the fields it needs. It is one rule for all values of the tag, and binds the tag to `t`,
 * because each look at a field of `self` makes the API server copy the schemas of all fields.
 */
function neededFields(always: readonly string[], { tag, variants, noun }: TaggedUnion): ValidationRule[] {
  const needs = variants.flatMap(({ values, schema }) => {
    const fields = schema.required?.filter((field) => !always.includes(field)) ?? [];
    const visible = fields.filter((field) => isVisible(schema.properties?.[field]));
    return visible.length === 0 ? [] : [{ values, fields, visible }];
  });
  if (needs.length === 0) return [];
  const parts = needs.map(
    ({ values, visible }) =>
      `(${[isNoneOf('t', values), visible.map((field) => `has(${fieldOf(field)})`).join(' && ')].join(' || ')})`,
  );
  const words = Object.fromEntries(
    needs.flatMap(({ values, fields }) => values.map((value) => [value, listed(fields, 'and')])),
  );
  const subject = noun === undefined ? tag : `${one(noun)} of ${tag}`;
  return [
    {
      rule: `[${fieldOf(tag)}].all(t, ${parts.join(' && ')})`,
      messageExpression: `'${subject} ' + ${fieldOf(tag)} + ' needs ' + ${lookUp(words, fieldOf(tag))}`,
      reason: 'FieldValueRequired',
    },
  ];
}

/** The rule that a field stands only in objects that have it. */
function foreignField(field: string, owners: readonly string[], { tag }: TaggedUnion): ValidationRule {
  return {
    rule: `!has(${fieldOf(field)}) || ${isOneOf(fieldOf(tag), owners)}`,
    messageExpression: `'${field} goes with ${tag} ${listed(owners, 'or')}, not with ' + ${fieldOf(tag)}`,
    reason: 'FieldValueForbidden',
    fieldPath: `.${field}`,
  };
}

/** The rules that stand at one of the objects, for that one only. */
function ownRules({ values, schema }: Variant, { tag }: TaggedUnion): ValidationRule[] {
  return (schema['x-kubernetes-validations'] ?? []).map((own) => ({
    ...own,
    rule: `${isNoneOf(fieldOf(tag), values)} || (${own.rule})`,
  }));
}
