import { fieldOf, isNoneOf, isOneOf, listed, lookUp } from './cel.ts';
import { type Place, report, type ValidationRule } from './json-schema.ts';
import { groupBy, omit } from './records.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** A field as the objects with these values of the tag have it. */
export interface Occurrence {
  readonly values: readonly string[];
  readonly schema: StructuralSchema;
}

interface Target {
  readonly field: string;
  readonly tag: string;
  /** Whether every object of the union has the field. */
  readonly isEverywhere: boolean;
  readonly place: Place;
}

interface MergedField {
  readonly schema: StructuralSchema;
  readonly rules: readonly ValidationRule[];
}

/**
 * One schema for a field that several objects of a union have. They must agree, except that
 * descriptions may differ (each is given with the values of the tag it is for),
 * fixed texts may differ (all are allowed, and a rule holds each value of the tag to its own), and
 * defaults may differ or stand in some objects only (the API server then fills in none; the operator does).
 */
export function mergeField(occurrences: readonly Occurrence[], target: Target): MergedField {
  const first = occurrences[0]?.schema ?? {};
  const description = describe(occurrences, target);
  if (sameInAll(occurrences, shapeOf)) {
    return { schema: { description, ...shapeOf(first), ...sharedDefault(occurrences, target) }, rules: [] };
  }
  const haveTexts = occurrences.every(({ schema }) => schema.enum !== undefined);
  if (!haveTexts || !sameInAll(occurrences, (schema) => ({ ...shapeOf(schema), enum: [] }))) {
    const owners = occurrences.map(({ values }) => values.join(', ')).join('; ');
    report(
      target.place,
      `differs between ${owners} in more than description and fixed texts: make it one, or rename it`,
    );
    return { schema: first, rules: [] };
  }
  const all = [...new Set(occurrences.flatMap(({ schema }) => textsOf(schema)))];
  return { schema: { description, ...shapeOf(first), enum: all }, rules: [ownTexts(occurrences, target)] };
}

const shapeOf = (schema: StructuralSchema): StructuralSchema => omit(schema, 'description', 'default');

const textsOf = (schema: StructuralSchema) => (schema.enum ?? []) as readonly string[];

const sameInAll = (occurrences: readonly Occurrence[], part: (schema: StructuralSchema) => unknown) =>
  new Set(occurrences.map(({ schema }) => JSON.stringify(part(schema)))).size === 1;

/** A default holds for all objects or for none: the API server would put it into objects that do not have the field. */
function sharedDefault(occurrences: readonly Occurrence[], { isEverywhere }: Target): StructuralSchema {
  const value = occurrences[0]?.schema.default;
  const isShared = isEverywhere && sameInAll(occurrences, (schema) => schema.default);
  return isShared && value !== undefined ? { default: value } : {};
}

function describe(occurrences: readonly Occurrence[], { isEverywhere, tag }: Target): string {
  const groups = [...groupBy(occurrences, ({ schema }) => schema.description ?? '').entries()];
  const only = occurrences[0]?.schema.description ?? '';
  if (groups.length > 1) {
    return groups.map(([text, group]) => `With ${tag} ${listed(valuesOf(group), 'or')}: ${text}`).join(' ');
  }
  return isEverywhere ? only : `${only} Goes with ${tag} ${listed(valuesOf(occurrences), 'or')}.`;
}

const valuesOf = (group: readonly Occurrence[]) => group.flatMap(({ values }) => values);

/** The rule that holds each value of the tag to its own fixed texts; it binds the tag to `t`, to look at it once. */
function ownTexts(occurrences: readonly Occurrence[], { field, tag }: Target): ValidationRule {
  const groups = [...groupBy(occurrences, ({ schema }) => [...textsOf(schema)].sort().join()).values()];
  const parts = groups.map((group) => {
    const texts = group[0] === undefined ? [] : textsOf(group[0].schema);
    return `(${isNoneOf('t', valuesOf(group))} || ${isOneOf(fieldOf(field), texts)})`;
  });
  const words = Object.fromEntries(
    occurrences.flatMap(({ values, schema }) => values.map((value) => [value, listed(textsOf(schema), 'or')])),
  );
  return {
    rule: `!has(${fieldOf(field)}) || [${fieldOf(tag)}].all(t, ${parts.join(' && ')})`,
    messageExpression: `'with ${tag} ' + ${fieldOf(tag)} + ' ${field} is ' + ${lookUp(words, fieldOf(tag))}`,
    fieldPath: `.${field}`,
  };
}
