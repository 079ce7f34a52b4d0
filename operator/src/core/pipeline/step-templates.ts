import type { JsonValue } from '../../api/json.ts';
import type { Step, StepType } from '../../api/step/step.ts';
import type { IssuePath } from '../issue.ts';

/** A part of a step that may contain templates. */
export interface TemplateField {
  /** Where, from the step on. */
  readonly path: IssuePath;
  readonly value: JsonValue;
  /** Read before the step starts (`input`), or when its result is there (`result`). */
  readonly read: 'input' | 'result';
}

/** A CEL expression of a step. */
export interface ExpressionField {
  readonly path: IssuePath;
  readonly text: string;
  /** When the planner evaluates it, or `outside` where an executor does. */
  readonly read: 'input' | 'result' | 'outside';
  /** What its bare names are: the step's own outputs or inputs, the variables listed, or nothing. */
  readonly variables: 'outputs' | 'inputs' | readonly string[];
}

/** Fields of each type of step, beside those that all have, whose texts may contain templates. */
const templated: Readonly<Record<StepType, readonly IssuePath[]>> = {
  crawler: [['method']],
  function: [['method']],
  ml_model: [['model']],
  ml_serving: [['serviceName'], ['modelUri'], ['modelVersion']],
  ml_training: [['training']],
  data_transform: [['asset'], ['method']],
  llm_flow: [['flow'], ['prompt']],
  llm_agent: [['goal'], ['workspace']],
  council: [['topic']],
  custom_code: [],
  wait_for_asset: [['assets'], ['http', 'url'], ['object', 'name']],
  loop: [['iterateOver']],
  parallel_group: [],
  conditional: [],
  validation: [],
  output: [['template'], ['delivery', 'url'], ['delivery', 'headers']],
  approval: [['message']],
};

/** The parts of a step that may contain templates, its `or` bindings aside (`orBindings`). */
export function templateFields(step: Step): TemplateField[] {
  return [
    ...templated[step.type].flatMap((path) => fieldAt(step, path, 'input')),
    ...fieldAt(step, ['cache', 'key'], 'input'),
    ...Object.keys(step.inputs ?? {}).flatMap((name) => fieldAt(step, ['inputs', name, 'from'], 'input')),
    ...fieldAt(step, ['outputs'], 'result'),
  ];
}

/** The `or` entries of a step's inputs: each may turn out to have no value. */
export function orEntries(step: Step): TemplateField[] {
  return Object.entries(step.inputs ?? {}).flatMap(([name, { or = [] }]) =>
    or.map((value, index) => ({ path: ['inputs', name, 'or', index], value, read: 'input' as const })),
  );
}

/** The expressions of a step, without those of its parts. */
export function expressionFields(step: Step): ExpressionField[] {
  return [
    ...textAt(step, ['when'], { read: 'input', variables: [] }),
    ...textAt(step, ['condition', 'expression'], { read: 'input', variables: [] }),
    ...(step.check ?? []).flatMap((_, index) =>
      textAt(step, ['check', index, 'boolean'], { read: 'result', variables: 'outputs' }),
    ),
    ...(step.onSuccess?.routes ?? []).flatMap((_, index) =>
      textAt(step, ['onSuccess', 'routes', index, 'match', 'expression'], { read: 'result', variables: [] }),
    ),
    ...(step.type === 'validation' ? (step.checks.expressions ?? []) : []).flatMap((_, index) =>
      textAt(step, ['checks', 'expressions', index], { read: 'input', variables: 'inputs' }),
    ),
    ...textAt(step, ['http', 'expression'], { read: 'outside', variables: ['status', 'body'] }),
    ...textAt(step, ['object', 'expression'], { read: 'outside', variables: ['object'] }),
  ];
}

function fieldAt(step: Step, path: IssuePath, read: TemplateField['read']): TemplateField[] {
  const value = path.reduce<unknown>(child, step);
  return value === undefined ? [] : [{ path, value: value as JsonValue, read }];
}

function textAt(step: Step, path: IssuePath, how: Omit<ExpressionField, 'path' | 'text'>): ExpressionField[] {
  const text = path.reduce<unknown>(child, step);
  return typeof text === 'string' ? [{ path, text, ...how }] : [];
}

const child = (value: unknown, segment: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, segment)
    ? Reflect.get(value, segment)
    : undefined;
