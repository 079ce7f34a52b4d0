import type { Binding } from '../../../api/binding.ts';
import type { JsonObject } from '../../../api/json.ts';
import type { Step } from '../../../api/step/step.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { isJsonList } from '../../json-schema/keyword-shapes.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import { quote } from '../../quote.ts';
import { agentRoleOf, calledMethod } from '../called-objects.ts';
import { suggestName } from '../nearest-name.ts';
import type { WorldIndex } from '../world.ts';
import { checkLiteral, checkValue, type ValueContext } from './check-value.ts';
import type { DataFlow } from './data-flow.ts';
import type { ReferenceSchemas } from './reference-schemas.ts';

/** What steps give to Methods and roles that these do not take: what is missing, unknown or of the wrong type. */
export function checkInputs({ graph, world, work }: DataFlow, schemas: ReferenceSchemas): Issue[] {
  return graph.nodes.flatMap((node) =>
    takersOf(node.step, world).flatMap(({ what, schema }) => {
      const whole = work.standingAlone(schema);
      return whole === undefined ? [] : checkStepInputs(node, { what, schema: whole }, { schemas, work });
    }),
  );
}

/** Something that takes the inputs of a step, in words, and what they must fit. */
interface Taker {
  readonly what: string;
  readonly schema: JsonObject;
}

function takersOf(step: Step, world: WorldIndex): Taker[] {
  const method = calledMethod(step, world);
  const role = agentRoleOf(step, world);
  return [
    ...(method === undefined ? [] : taker(`the Method '${method.metadata.name}'`, method.spec.inputs)),
    ...(role === undefined ? [] : taker(`the AgentRole '${role.metadata.name}'`, role.spec.inputSchema)),
  ];
}

const taker = (what: string, schema: JsonObject | undefined): Taker[] =>
  schema === undefined ? [] : [{ what, schema }];

function checkStepInputs(node: StepNode, { what, schema }: Taker, context: ValueContext): Issue[] {
  const { inputs = {} } = node.step;
  const path = [...node.path, 'inputs'];
  const { required } = schema;
  const names = (isJsonList(required) ? required : []).filter((name) => typeof name === 'string');
  const missing = names.filter((name) => !Object.hasOwn(inputs, name));
  return [
    ...missing.map((name) => inputMissing(name, what, node.step.inputs === undefined ? node.path : path)),
    ...Object.entries(inputs).flatMap(([name, binding]) => {
      const field = context.work.field(schema, name);
      if ('missing' in field) return [unknownInput({ name, what, path: [...path, name] }, schema, field.known)];
      return 'schema' in field
        ? checkBinding({ binding, path: [...path, name], schema: field.schema, node }, context)
        : [];
    }),
  ];
}

interface GivenBinding {
  readonly binding: Binding;
  readonly path: IssuePath;
  readonly schema: JsonObject;
  readonly node: StepNode;
}

function checkBinding({ binding, path, schema, node }: GivenBinding, context: ValueContext): Issue[] {
  const { from, or = [], value } = binding;
  const templates = [
    ...(from === undefined ? [] : [{ value: from, path: [...path, 'from'] }]),
    ...or.map((entry, index) => ({ value: entry, path: [...path, 'or', index] })),
  ];
  return [
    ...templates.flatMap((template) => checkValue({ ...template, schema, node }, context)),
    ...(value === undefined ? [] : checkLiteral({ value, schema, path: [...path, 'value'] }, context.work)),
  ];
}

function inputMissing(name: string, what: string, path: IssuePath): Issue {
  const message = `${what} needs the input ${quote(name)}`;
  return { code: 'InputMissing', path, message, hint: `give it: \`inputs.${name}: {from: …}\`` };
}

interface NamedInput {
  readonly name: string;
  readonly what: string;
  readonly path: IssuePath;
}

/** A schema that only names others may still let it pass; one that is closed does not. */
function unknownInput({ name, what, path }: NamedInput, schema: JsonObject, known: readonly string[]): Issue {
  const hint = suggestName(name, known, 'inputs');
  return {
    code: 'UnknownInput',
    ...(schema['additionalProperties'] !== false && { severity: 'warning' }),
    path,
    message: `${what} does not know the input ${quote(name)}`,
    ...(hint !== undefined && { hint }),
    atKey: true,
  };
}
