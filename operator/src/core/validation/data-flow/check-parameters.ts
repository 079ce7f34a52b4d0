import type { Issue } from '../../issue.ts';
import { checkLiteral } from './check-value.ts';
import type { DataFlow, DataFlowCheck } from './data-flow.ts';
import type { ReferenceUse } from './reference-uses.ts';
import { parameterSchema } from './reference-schemas.ts';

/** Defaults of parameters that the parameters themselves would refuse. */
export const findWrongDefaults: DataFlowCheck = ({ spec, work }) =>
  (spec.parameters ?? []).flatMap((parameter, index) => {
    const schema = parameterSchema(parameter, work);
    if (parameter.default === undefined || schema === true) return [];
    return checkLiteral({ value: parameter.default, schema, path: ['parameters', index, 'default'] }, work);
  });

/** A reference without `or` to a parameter that a WorkItem need not give and that has no default. */
export function checkOptionalParameter({ reference, path, isOptional }: ReferenceUse, { spec }: DataFlow): Issue[] {
  const [first] = reference.segments;
  if (isOptional || reference.root !== 'input' || first?.kind !== 'field') return [];
  const parameter = spec.parameters?.find(({ name }) => name === first.name);
  if (parameter?.required !== false || parameter.default !== undefined) return [];
  return [
    {
      code: 'InputMayBeMissing',
      severity: 'warning',
      path,
      message: `a WorkItem need not give '${first.name}', and it has no default`,
      hint: 'give the parameter a `default`, or take the value with `or`',
    },
  ];
}
