import type { ASTNode } from '@marcbachmann/cel-js';
import type { JsonObject } from '../../api/json.ts';
import { schemaAt, type SchemaAt } from '../json-schema/schema-at.ts';
import type { Segment } from '../template/reference.ts';
import { fieldMissing } from '../template/resolution-problems.ts';
import type { NodeOf } from './evaluation.ts';
import type { OffsetProblem } from './explain-error.ts';
import { itemSchema } from './schema-types.ts';
import { childrenOf, isBind, namingMacro, type NamingMacro } from './syntax-tree.ts';

/** What the check of fields needs to know. */
export interface FieldCheck {
  /** Schema of a name that no macro gives; undefined where nothing is known. */
  schemaOf(name: string): JsonObject | undefined;
  /** How users call what a node stands for; undefined where it has no name. */
  describe(node: ASTNode): string | undefined;
}

/** Fields that an expression reads and that cannot be there, as far as schemas tell. */
export function checkFields(root: ASTNode, check: FieldCheck): OffsetProblem[] {
  const problems: OffsetProblem[] = [];
  schemaOf(root, { check, problems, given: new Map() });
  return problems;
}

interface Place {
  readonly check: FieldCheck;
  readonly problems: OffsetProblem[];
  /** Schemas of the names that macros gave. */
  readonly given: ReadonlyMap<string, Schema>;
}

type Schema = JsonObject | undefined;

/** The schema of a node's value, undefined where nothing is known. Notes the problems in the node. */
function schemaOf(node: ASTNode, place: Place): Schema {
  switch (node.op) {
    case 'id':
      return place.given.has(node.args) ? place.given.get(node.args) : place.check.schemaOf(node.args);
    case '.':
      return schemaOfField(node, place);
    case '[]':
      return schemaOfIndex(node, place);
    case 'rcall':
      return schemaOfMethod(node, place);
    default:
      for (const child of neededChildren(node)) schemaOf(child, place);
      return undefined;
  }
}

/** What `has` looks for need not be there. */
function neededChildren(node: ASTNode): readonly ASTNode[] {
  const children = childrenOf(node);
  const [first] = children;
  return node.op === 'call' && node.args[0] === 'has' && first?.op === '.' ? [first.args[0]] : children;
}

function schemaOfField(node: NodeOf<'.'>, place: Place): Schema {
  const [base, name] = node.args;
  return follow(schemaOf(base, place), { kind: 'field', name }, { node, base, place });
}

function schemaOfIndex(node: NodeOf<'[]'>, place: Place): Schema {
  const [base, index] = node.args;
  const schema = schemaOf(base, place);
  schemaOf(index, place);
  if (index.op !== 'value') return schema && itemSchema(schema);
  const step = { node, base, place };
  if (typeof index.args === 'string') return follow(schema, { kind: 'field', name: index.args }, step);
  return typeof index.args === 'bigint' ? follow(schema, { kind: 'item', index: Number(index.args) }, step) : undefined;
}

/** A step from a value to a part of it. */
interface Step {
  readonly node: ASTNode;
  readonly base: ASTNode;
  readonly place: Place;
}

function follow(schema: Schema, segment: Segment, { node, base, place }: Step): Schema {
  if (schema === undefined) return undefined;
  const found = schemaAt(schema, [segment]);
  if ('schema' in found) return found.schema;
  if ('missing' in found) {
    const where = place.check.describe(base) ?? 'the value';
    place.problems.push({ problem: missing(found, schema, where), offset: node.pos });
  }
  return undefined;
}

function missing(found: Extract<SchemaAt, { missing: unknown }>, { type }: JsonObject, where: string) {
  const isOther = typeof type === 'string' && type !== 'object';
  return fieldMissing(found.missing, where, isOther ? { type } : { fields: found.known });
}

function schemaOfMethod(node: NodeOf<'rcall'>, place: Place): Schema {
  const macro = namingMacro(node);
  if (macro !== undefined) return schemaOfMacro(node, macro, place);
  for (const child of childrenOf(node)) schemaOf(child, place);
  return undefined;
}

/** The items of a list go into the macro; what comes out is known where items come through as they are. */
function schemaOfMacro(node: NodeOf<'rcall'>, { variable, inside, outside }: NamingMacro, place: Place): Schema {
  const [range] = outside.map((child) => schemaOf(child, place));
  const [name, receiver] = node.args;
  const given = isBind(name, receiver) ? range : range && itemSchema(range);
  const within = variable.op === 'id' ? new Map([...place.given, [variable.args, given] as const]) : place.given;
  const bodies = inside.map((child) => schemaOf(child, { ...place, given: within }));
  if (name === 'filter') return range;
  if (isBind(name, receiver)) return bodies.at(-1);
  const made = name === 'map' ? bodies.at(-1) : undefined;
  return made && { type: 'array', items: made };
}
