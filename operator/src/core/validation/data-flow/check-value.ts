import type { JsonObject, JsonValue } from '../../../api/json.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { isJsonList, isJsonObject } from '../../json-schema/keyword-shapes.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import { findReferences } from '../../template/find-references.ts';
import type { Segment } from '../../template/reference.ts';
import { describeSchema } from './describe-schema.ts';
import type { ReferenceSchemas } from './reference-schemas.ts';
import type { SchemaWork } from './schema-work.ts';

/** A value with templates, where it stands, and what it must fit. */
export interface GivenValue {
  readonly value: JsonValue;
  readonly path: IssuePath;
  readonly schema: JsonObject;
  /** The step whose templates they are; none for the outputs of the Pipeline. */
  readonly node: StepNode | undefined;
}

/** What tells types. */
export interface ValueContext {
  readonly schemas: ReferenceSchemas;
  readonly work: SchemaWork;
}

/** Where a value will not fit a schema, as far as that can be told before its templates have values. */
export function checkValue(given: GivenValue, context: ValueContext): Issue[] {
  const { value, path, schema, node } = given;
  const { schemas, work } = context;
  if (findReferences(value).length === 0) return checkLiteral(given, work);
  if (typeof value === 'string') {
    const type = schemas.ofText(value, node);
    return type === undefined || work.mayFit(type, schema) ? [] : [mismatch(type, schema, path)];
  }
  const container = isJsonList(value) ? anyList : anyObject;
  if (!work.mayFit(container, schema)) return [mismatch(container, schema, path)];
  return partsOf(value).flatMap(([segment, part]) => {
    const inner = work.at(schema, [segment]);
    const below = [...path, segment.kind === 'field' ? segment.name : segment.index];
    return 'schema' in inner ? checkValue({ value: part, path: below, schema: inner.schema, node }, context) : [];
  });
}

const anyList = { type: 'array' } as const;
const anyObject = { type: 'object' } as const;

/** Where a value without templates does not fit a schema. */
export function checkLiteral(
  { value, schema, path }: Pick<GivenValue, 'value' | 'schema' | 'path'>,
  work: SchemaWork,
): Issue[] {
  return work.misfits(schema, value).map(({ path: below, message, hint }) => ({
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
