import { formatIssuePath } from '../issue-path.ts';
import { describeValue } from '../validation/describe-value.ts';
import { type Attempt, type KeywordFinding, pathOf, type Place } from './evaluation.ts';
import { describeTypes } from './keywords-any.ts';

type Findings = readonly KeywordFinding[];

/** Keywords that tell one alternative from another: a value that fails them was meant for another. */
const tellingApart: ReadonlySet<string> = new Set(['type', 'const', 'enum']);

/**
 * What is wrong with a value that fits none of several schemas: the findings of the one that it was probably meant for,
 * else what all of them ask for.
 */
export function describeAlternatives(attempts: readonly Attempt[], place: Place): Findings {
  const path = pathOf(place);
  const alternatives = attempts.map(({ findings }) => findings);
  const meant = onlyNear(alternatives, path.length) ?? onlyNear(alternatives, path.length + 1);
  if (meant !== undefined) return meant;
  const types = typesAskedFor(alternatives, path.length);
  if (types.length === 0) return [{ path, keyword: 'anyOf', message: fitsNone(alternatives, path.length) }];
  const message = `must be ${describeTypes(types)}, found ${describeValue(place.value)}`;
  return [{ path, keyword: 'type', message, types }];
}

/** The findings of the alternative that alone passes, down to a depth, what tells it from the others. */
function onlyNear(alternatives: readonly Findings[], depth: number): Findings | undefined {
  const near = alternatives.filter((findings) =>
    findings.every(({ keyword, path }) => !tellingApart.has(keyword) || path.length > depth),
  );
  return near.length === 1 ? near[0] : undefined;
}

/** The types that the alternatives ask for, when the type of the value is what all of them refuse. */
function typesAskedFor(alternatives: readonly Findings[], depth: number): readonly string[] {
  const asked = alternatives.map(
    (findings) => findings.find(({ path, types }) => types && path.length === depth)?.types,
  );
  return asked.includes(undefined) ? [] : asked.flatMap((types) => types ?? []);
}

function fitsNone(alternatives: readonly Findings[], depth: number): string {
  const [first] = alternatives[0] ?? [];
  const none = `fits none of ${alternatives.length} alternatives`;
  if (first === undefined) return none;
  return `${none}; the first: ${[formatIssuePath(first.path.slice(depth)), first.message].join(' ').trimStart()}`;
}
