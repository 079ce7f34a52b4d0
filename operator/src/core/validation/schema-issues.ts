import type { KindDefinition } from '../../api/kind.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { quote } from '../quote.ts';
import { describeType, describeValue } from './describe-value.ts';
import { suggestName } from './nearest-name.ts';
import {
  discriminatorValues,
  fieldNames,
  metaOf,
  type SchemaNode,
  schemaAt,
  unwrapSchema,
  valueAt,
} from './schema-view.ts';

type SchemaIssue = NonNullable<ReturnType<KindDefinition['schema']['safeParse']>['error']>['issues'][number];

interface Context {
  readonly root: SchemaNode;
  readonly value: unknown;
}

/** What a kind's schema finds wrong with a value: everything at once, but no more than `limit` issues. */
export function findSchemaIssues(schema: KindDefinition['schema'], value: unknown, limit: number): Issue[] {
  const result = schema.safeParse(value);
  const issues: Issue[] = [];
  for (const issue of result.error?.issues ?? []) {
    if (issues.length >= limit) break;
    issues.push(...translate(issue, { root: schema, value }, limit));
  }
  return issues;
}

function translate(issue: SchemaIssue, context: Context, limit: number): Issue[] {
  const path = issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));
  const found = valueAt(context.value, path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, limit).map((key) => unknownField([...path, key], context));
  if (found === undefined && issue.code !== 'custom') return [requiredField(path, context)];
  return [{ path, ...describe(issue, { path, found, context }) }];
}

interface Finding {
  readonly path: IssuePath;
  readonly found: unknown;
  readonly context: Context;
}
type Described = Omit<Issue, 'path'>;

function describe(issue: SchemaIssue, finding: Finding): Described {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(describeType(issue.expected), finding);
    case 'invalid_union':
      return issue.discriminator === undefined
        ? wrongUnion(issue.errors, finding)
        : unknownType(issue.discriminator, finding);
    case 'invalid_value':
      return wrongValue(issue.values.map(String), finding);
    case 'too_small':
    case 'too_big':
      return outOfBounds(issue, finding);
    case 'invalid_format':
      return wrongFormat(issue.format === 'regex' ? issue.pattern : undefined, issue.format, finding);
    case 'invalid_key':
      return { code: 'InvalidKey', message: 'the key is not allowed here', atKey: true };
    default:
      return { code: 'InvalidValue', message: issue.message };
  }
}

function requiredField(path: IssuePath, context: Context): Issue {
  const name = String(path.at(-1));
  const types = knownTypes(path, context);
  const hint = types.length > 0 ? `known ${name}s: ${types.join(', ')}` : about(path, context);
  return withHint({ code: 'RequiredField', path, message: `${name} is required` }, hint);
}

/** What the schema says about the value at a path. */
function about(path: IssuePath, { root, value }: Context): string | undefined {
  const schema = schemaAt(root, value, path);
  const description = schema && metaOf(schema, 'description');
  return typeof description === 'string' ? description : undefined;
}

function withHint<Described>(issue: Described, hint: string | undefined): Described {
  return hint === undefined ? issue : { ...issue, hint };
}

function unknownField(path: IssuePath, { root, value }: Context): Issue {
  const parent = path.slice(0, -1);
  const name = String(path.at(-1));
  const schema = schemaAt(root, value, parent);
  const object = valueAt(value, parent);
  const known = schema === undefined ? [] : fieldNames(schema, object);
  const hint = (schema && fieldOfOthers(schema, name)) ?? suggestName(name, known, 'fields here');
  return withHint({ code: 'UnknownField', path, message: `unknown field ${quote(name)}`, atKey: true as const }, hint);
}

/** For a field that this type does not have, but another has. */
function fieldOfOthers(schema: SchemaNode, name: string): string | undefined {
  const { discriminator, options = [] } = unwrapSchema(schema).core.def;
  if (discriminator === undefined) return undefined;
  const owners = options.filter((option) => fieldNames(option, undefined).includes(name));
  const types = owners.flatMap((option) => discriminatorValues(option, discriminator).map(String));
  return types.length === 0 ? undefined : `${name} goes with the ${discriminator} ${types.join(', ')}`;
}

function wrongType(expected: string, { path, found, context }: Finding): Described {
  const message = `must be ${expected}, found ${describeValue(found)}`;
  return withHint({ code: 'WrongType', message }, wrongTypeHint(expected, found) ?? about(path, context));
}

function wrongTypeHint(expected: string, found: unknown): string | undefined {
  if (expected === 'text' && (typeof found === 'number' || typeof found === 'boolean'))
    return `put it in quotes: "${String(found)}"`;
  if (expected.endsWith('number') && typeof found === 'string' && Number.isFinite(Number.parseFloat(found)))
    return 'take the quotes away';
  if (expected === 'a list' && found !== null) return 'begin each entry with `- `';
  return undefined;
}

/** When only one option fits the type of the value, its complaints are the ones that count. */
function wrongUnion(errors: readonly (readonly SchemaIssue[])[], finding: Finding): Described {
  const near = errors.filter((issues) => issues.every(({ code, path }) => code !== 'invalid_type' || path.length > 0));
  const only = near.length === 1 ? near[0]?.[0] : undefined;
  if (only !== undefined) return describe(only, finding);
  const expected = errors.flatMap((issues) => issues.flatMap((issue) => ('expected' in issue ? [issue.expected] : [])));
  return wrongType([...new Set(expected.map(describeType))].join(' or '), finding);
}

function unknownType(discriminator: string, { path, found, context }: Finding): Described {
  const known = knownTypes(path, context);
  const isText = typeof found === 'string';
  const hint = suggestName(isText ? found : '', known, `known ${discriminator}s`);
  const text = isText ? quote(found) : describeValue(found);
  return withHint({ code: 'UnknownType', message: `unknown ${discriminator} ${text}` }, hint);
}

/** The values that the discriminator at a path may have; none when it is no discriminator. */
function knownTypes(path: IssuePath, { root, value }: Context): string[] {
  const union = schemaAt(root, value, path.slice(0, -1));
  const { discriminator, options = [] } = (union && unwrapSchema(union).core.def) ?? {};
  if (discriminator === undefined || discriminator !== path.at(-1)) return [];
  return options.flatMap((option) => discriminatorValues(option, discriminator).map(String));
}

function wrongValue(allowed: readonly string[], { found }: Finding): Described {
  const list = allowed.length === 1 ? (allowed[0] ?? '') : `one of ${allowed.join(', ')}`;
  const hint = typeof found === 'string' && allowed.length > 1 ? suggestName(found, allowed, 'allowed') : undefined;
  return withHint({ code: 'InvalidValue', message: `must be ${list}, found ${describeValue(found)}` }, hint);
}

type BoundsIssue = Extract<SchemaIssue, { code: 'too_small' | 'too_big' }>;

function outOfBounds(issue: BoundsIssue, { path, found, context }: Finding): Described {
  const isTooSmall = issue.code === 'too_small';
  const limit = isTooSmall ? issue.minimum : issue.maximum;
  const bound = `${isTooSmall ? 'at least' : 'at most'} ${limit}`;
  const described =
    typeof found === 'number'
      ? { code: 'OutOfRange', message: `must be ${bound}, found ${found}` }
      : { code: isTooSmall ? 'TooShort' : 'TooLong', message: wrongLength(found, bound, limit) };
  return withHint(described, about(path, context));
}

function wrongLength(found: unknown, bound: string, limit: number | bigint): string {
  if (found === '') return 'must not be empty';
  const isText = typeof found === 'string';
  const length = isText || Array.isArray(found) ? found.length : 0;
  return `must have ${bound} ${isText ? 'character' : 'item'}${limit === 1 ? '' : 's'}, has ${length}`;
}

function wrongFormat(pattern: string | undefined, format: string, { path, found, context }: Finding): Described {
  const wanted = pattern === undefined ? `be a valid ${format}` : `match ${pattern.replace(/^\/|\/$/g, '')}`;
  const text = typeof found === 'string' ? quote(found) : describeValue(found);
  const message = `${text} must ${wanted}`;
  return withHint({ code: 'InvalidFormat', message }, about(path, context));
}
