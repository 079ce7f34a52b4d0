import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import { validateJson } from '../json-schema/validate-json.ts';
import { formatIssuePath } from '../issue-path.ts';
import type { Resolved } from '../template/scope.ts';
import type { ObservedWorkItem } from './observed.ts';

type Parameter = NonNullable<PipelineSpec['parameters']>[number];

/** The inputs of a run: what the WorkItem gives, and the defaults of the rest. All mistakes are told at once. */
export function resolveInputs({
  workItem,
  pinned,
}: Pick<ObservedWorkItem, 'workItem' | 'pinned'>): Resolved<JsonObject> {
  const given = workItem.spec.inputs ?? {};
  const { parameters = [] } = pinned.spec;
  const declared = new Set(parameters.map(({ name }) => name));
  const unknown = Object.keys(given).filter((name) => !declared.has(name));
  const known = declared.size === 0 ? 'The Pipeline takes no inputs' : `Parameters: ${[...declared].join(', ')}`;
  const mistakes = unknown.map((name) => `there is no parameter '${name}'. ${known}`);
  const values: [string, JsonValue][] = [];
  for (const parameter of parameters) {
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : parameter.default;
    const mistake = findMistake(parameter, value);
    if (mistake !== undefined) mistakes.push(mistake);
    else if (value !== undefined) values.push([parameter.name, value]);
  }
  if (mistakes.length === 0) return { value: Object.fromEntries(values) };
  return { problem: { code: 'InputsInvalid', message: mistakes.join('; ') } };
}

function findMistake(
  { name, type, schema, required = true }: Parameter,
  value: JsonValue | undefined,
): string | undefined {
  if (value === undefined) return required ? `the input '${name}' is required` : undefined;
  const checked = { ...schema, ...(type === undefined ? {} : { type }) };
  const validated = validateJson(checked, value);
  if ('problem' in validated)
    return `the schema of the parameter '${name}' cannot be used: ${validated.problem.message}`;
  const [first] = validated.findings;
  return (
    first &&
    `the input '${[name, formatIssuePath(first.path)].filter((part) => part !== '').join('.')}' ${first.message}`
  );
}
