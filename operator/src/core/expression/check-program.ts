import { type ASTNode, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import type { JsonObject } from '../../api/json.ts';
import type { Reference } from '../template/reference.ts';
import { nameNotFound } from '../template/resolution-problems.ts';
import { language, typeConstants } from './cel-library.ts';
import { checkFields } from './check-fields.ts';
import { pathOf } from './describe-node.ts';
import { explainTypeError, type LibraryError, type OffsetProblem } from './explain-error.ts';
import type { Program } from './parse-program.ts';
import { type Contents, declaredTypePrefix, SchemaTypes } from './schema-types.ts';
import { freeNames } from './syntax-tree.ts';

/** What is known of the types that an expression meets. */
export interface KnownTypes {
  /** The JSON Schema that the value of a reference fits; undefined where nothing is known. */
  reference(reference: Reference): JsonObject | undefined;
  /** The same for a bare name; `unknown` when there is one of which no more is known, undefined when there is none. */
  variable(name: string): JsonObject | 'unknown' | undefined;
  /** Bare names that there are, for messages. */
  readonly variableNames?: readonly string[];
  /** The type that the result must be of. */
  readonly expects?: 'boolean';
}

/** What cannot work in a program whatever the data, as far as types are known. */
export function checkProgram(program: Program, types: KnownTypes): OffsetProblem[] {
  const names = unknownNames(program, types);
  if (names.length > 0) return names;
  const fields = checkFields(program.root, {
    schemaOf: (name) => schemaOf(name, program, types),
    describe: (node: ASTNode) => pathOf(node, program.references),
  });
  return fields.length > 0 ? fields : checkTypes(program, types);
}

function schemaOf(name: string, { references }: Program, types: KnownTypes): JsonObject | undefined {
  const bound = references.get(name);
  if (bound !== undefined) return types.reference(bound.reference);
  const schema = types.variable(name);
  return schema === 'unknown' ? undefined : schema;
}

function unknownNames({ root, references }: Program, types: KnownTypes): OffsetProblem[] {
  return freeNames(root)
    .filter(({ name }) => !references.has(name) && !typeConstants.has(name) && types.variable(name) === undefined)
    .map(({ name, node }) => ({ problem: nameNotFound(name, types.variableNames), offset: node.pos }));
}

/**
 * The library's check, with lists and objects declared as what schemas tell of them. Where it stumbles over such a
 * declaration itself (it knows no size of an object, and no list of int that equals one of double), they may hold anything.
 */
function checkTypes(program: Program, types: KnownTypes): OffsetProblem[] {
  const exact = typeOf(program, types, 'exact');
  const isOfUse = !('summary' in exact && /object_|list</.test(exact.summary));
  const found = isOfUse ? exact : typeOf(program, types, 'open');
  if ('type' in found) return types.expects === 'boolean' ? booleanProblems(found.type) : [];
  // Branches of different types are no mistake where their types come from schemas: JSON has one type of number.
  return found.code === 'incompatible_ternary_branches' ? [] : [explainTypeError(found)];
}

function typeOf(program: Program, types: KnownTypes, contents: Contents): { readonly type: string } | LibraryError {
  const environment = language.clone();
  const schemaTypes = new SchemaTypes(environment, contents);
  const { names, text } = program.checked;
  for (const [hidden, name] of names) {
    if (environment.hasVariable(hidden)) continue;
    environment.registerVariable(hidden, schemaTypes.typeOf(schemaOf(name, program, types)));
  }
  const { type = 'dyn', error } = environment.check(text);
  return error instanceof CelTypeError ? error : { type };
}

function booleanProblems(type: string): OffsetProblem[] {
  if (type === 'bool' || type === 'dyn') return [];
  const found = type.startsWith(declaredTypePrefix) ? 'map' : type;
  const message = `expected true or false, the expression gives a value of type ${found}`;
  return [{ problem: { code: 'NotBoolean', message, hint: 'compare it: > 0, == "x", != null' }, offset: 0 }];
}
