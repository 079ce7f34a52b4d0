/** What a path may be made of, as kubectl knows it. */
export type PathStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'descend' }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | {
      readonly kind: 'slice';
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number;
    }
  | { readonly kind: 'filter'; readonly left: Operand; readonly operator?: Operator; readonly right?: Operand };

type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';
type Operand = { readonly path: readonly PathStep[] } | { readonly value: unknown };

/** A path that is none; the message says where. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

/**
 * Reads a path as `kubectl get -o jsonpath` takes it: `.a.b`, `['a']`, `[0]`, `[-1]`, `[0,2]`, `[1:3]`, `[*]`, `..name`,
 * `[?(@.type=="Ready")]`, with `\.` for a dot inside a name. @throws JsonPathError
 */
export function parsePath(text: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  let rest = text.startsWith('$') || text.startsWith('@') ? text.slice(1) : text;
  while (rest !== '') {
    const { step, length } = readStep(rest, text);
    steps.push(...step);
    rest = rest.slice(length);
  }
  return steps;
}

interface ReadStep {
  readonly step: readonly PathStep[];
  readonly length: number;
}

const nameAt = /^(?:\\.|[^.[\]\\(){}=!<>,\s'"])+/;

function readStep(rest: string, whole: string): ReadStep {
  if (rest.startsWith('[')) return readBrackets(rest, whole);
  const isDescent = rest.startsWith('..');
  const start = isDescent ? 2 : rest.startsWith('.') ? 1 : 0;
  const before: readonly PathStep[] = isDescent ? [{ kind: 'descend' }] : [];
  const after = rest.slice(start);
  // Brackets may follow a dot, and a dot alone is the value itself.
  if (after.startsWith('[') || (after === '' && !isDescent)) return { step: before, length: start };
  const [name] = nameAt.exec(after) ?? [];
  if (name === undefined) throw new JsonPathError(`'${whole}' is no path: a name should stand at '${after}'`);
  return { step: [...before, fieldOf(name)], length: start + name.length };
}

const fieldOf = (name: string): PathStep =>
  name === '*' ? { kind: 'any' } : { kind: 'field', name: name.replaceAll(/\\(.)/g, '$1') };

function readBrackets(rest: string, whole: string): ReadStep {
  const end = endOfBrackets(rest);
  if (end === -1) throw new JsonPathError(`'${whole}' is no path: a bracket is not closed`);
  return { step: [parseBrackets(rest.slice(1, end).trim(), whole)], length: end + 1 };
}

/** Where the bracket closes that a text begins with; brackets inside quotes do not count. */
function endOfBrackets(text: string): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[[\]]/g)) {
    if (token === '[') depth += 1;
    else if (token === ']') depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}

const sliceForm = /^(-?\d+)?:(-?\d+)?(?::(-?\d+))?$/;

function parseBrackets(text: string, whole: string): PathStep {
  if (text === '*') return { kind: 'any' };
  const filter = /^\?\((.*)\)$/s.exec(text)?.[1];
  if (filter !== undefined) return parseFilter(filter.trim(), whole);
  const name = unquote(text);
  if (name !== undefined) return { kind: 'field', name };
  if (/^-?\d+(?:\s*,\s*-?\d+)*$/.test(text)) return { kind: 'indexes', indexes: text.split(',').map(Number) };
  const slice = sliceForm.exec(text);
  if (slice === null) throw new JsonPathError(`'${whole}' is no path: [${text}] is neither an index nor a filter`);
  const [start, end, step = 1] = (slice.slice(1) as (string | undefined)[]).map((part) =>
    part === undefined ? undefined : Number(part),
  );
  if (step <= 0) throw new JsonPathError(`'${whole}' is no path: the step of a slice is at least 1`);
  return { kind: 'slice', start, end, step };
}

const comparison = /^((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^"'])*?)(==|!=|<=|>=|<|>)(.*)$/s;

function parseFilter(text: string, whole: string): PathStep {
  const [, left = text, operator, right] = comparison.exec(text) ?? [];
  const parsed = parseOperand(left.trim(), whole);
  if (operator === undefined || right === undefined) return { kind: 'filter', left: parsed };
  return { kind: 'filter', left: parsed, operator: operator as Operator, right: parseOperand(right.trim(), whole) };
}

function parseOperand(text: string, whole: string): Operand {
  if (text.startsWith('@') || text.startsWith('$')) return { path: parsePath(text) };
  const quoted = unquote(text);
  if (quoted !== undefined) return { value: quoted };
  try {
    return { value: JSON.parse(text) };
  } catch {
    throw new JsonPathError(`'${whole}' is no path: '${text}' is neither a path nor a value`);
  }
}

/** What stands in quotes; undefined when nothing does. */
function unquote(text: string): string | undefined {
  const [, double, single] = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')$/s.exec(text) ?? [];
  return (double ?? single)?.replaceAll(/\\(.)/gs, '$1');
}

/** All values that a path leads to; none where there is nothing. */
export function evaluatePath(path: readonly PathStep[], value: unknown): readonly unknown[] {
  return path.reduce<readonly unknown[]>((values, step) => values.flatMap((each) => follow(step, each)), [value]);
}

function follow(step: PathStep, value: unknown): readonly unknown[] {
  if (step.kind === 'field') return isRecord(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
  if (step.kind === 'any') return membersOf(value);
  if (step.kind === 'descend') return [value, ...membersOf(value).flatMap((member) => follow(step, member))];
  if (!Array.isArray(value)) return [];
  const items: readonly unknown[] = value;
  if (step.kind === 'indexes')
    return step.indexes.flatMap((index) => {
      const at = index < 0 ? items.length + index : index;
      return at in items ? [items[at]] : [];
    });
  if (step.kind === 'slice') return items.slice(step.start, step.end).filter((_, index) => index % step.step === 0);
  return items.filter((item) => holds(step, item));
}

function holds({ left, operator, right }: Extract<PathStep, { kind: 'filter' }>, item: unknown): boolean {
  const found = valuesOf(left, item);
  if (operator === undefined || right === undefined) return found.length > 0;
  return found.some((one) => valuesOf(right, item).some((other) => compare(one, operator, other)));
}

const valuesOf = (operand: Operand, item: unknown): readonly unknown[] =>
  'path' in operand ? evaluatePath(operand.path, item) : [operand.value];

function compare(one: unknown, operator: Operator, other: unknown): boolean {
  if (operator === '==') return one === other;
  if (operator === '!=') return one !== other;
  if (typeof one !== typeof other || (typeof one !== 'number' && typeof one !== 'string')) return false;
  return comparisons[operator](one, other as typeof one);
}

type Ordered = string | number;
const comparisons: Readonly<Record<Exclude<Operator, '==' | '!='>, (one: Ordered, other: Ordered) => boolean>> = {
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const membersOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : isRecord(value) ? Object.values(value) : [];
