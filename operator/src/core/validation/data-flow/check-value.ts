import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { isJsonList, isJsonObject } from '../../json-schema/keyword-shapes.ts';
import { isAssignable } from '../../json-schema/is-assignable.ts';
import { schemaAt } from '../../json-schema/schema-at.ts';
import { validateJson } from '../../json-schema/validate-json.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import { findReferences } from '../../template/find-references.ts';
import type { Segment } from '../../template/reference.ts';
import { describeSchema } from './describe-schema.ts';
import type { ReferenceSchemas } from './reference-schemas.ts';

/** A value with templates, where it stands, and what it must fit. */
export interface GivenValue {
  readonly value: JsonValue;
  readonly path: IssuePath;
  readonly schema: JsonObject;
  /** The step whose templates they are; none for the outputs of the Pipeline. */
  readonly node: StepNode | undefined;
}

/** Where a value will not fit a schema, as far as that can be told before its templates have values. */
export function checkValue(given: GivenValue, schemas: ReferenceSchemas): Issue[] {
  const { value, path, schema, node } = given;
  if (findReferences(value).length === 0) return checkLiteral(value, schema, path);
  if (typeof value === 'string') {
    const type = schemas.ofText(value, node);
    return type === undefined || isAssignable(type, schema) !== false ? [] : [mismatch(type, schema, path)];
  }
  const container = { type: isJsonList(value) ? 'array' : 'object' };
  if (isAssignable(container, schema) === false) return [mismatch(container, schema, path)];
  return partsOf(value).flatMap(([segment, part]) => {
    const inner = schemaAt(schema, [segment]);
    const below = [...path, segment.kind === 'field' ? segment.name : segment.index];
    return 'schema' in inner ? checkValue({ value: part, path: below, schema: inner.schema, node }, schemas) : [];
  });
}

/** Where a value without templates does not fit a schema. A schema that cannot be used is told where it stands. */
export function checkLiteral(value: JsonValue, schema: JsonObject, path: IssuePath): Issue[] {
  const validated = validateJson(schema, value);
  if ('problem' in validated) return [];
  return validated.findings.map(({ path: below, message, hint }) => ({
    ...{ code: 'InputMismatch', path: [...path, ...below], message },
    ...(hint !== undefined && { hint }),
  }));
}

function mismatch(found: JsonObject, wanted: JsonObject, path: IssuePath): Issue {
  const message = `must be ${describeSchema(wanted)}, will be ${describeSchema(found)}`;
  return { code: 'InputMismatch', path, message, hint: 'take another field, or another Method' };
}

type Part = readonly [Exclude<Segment, { kind: 'splat' }>, JsonValue];

function partsOf(value: JsonValue): Part[] {
  if (isJsonList(value)) return value.map((part, index) => [{ kind: 'item', index }, part] as const);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).map(([name, part]) => [{ kind: 'field', name }, part] as const);
}
