import type { Method } from '../../../api/method.ts';
import type { Step } from '../../../api/step/step.ts';
import type { Issue } from '../../issue.ts';
import { quote } from '../../quote.ts';
import { isTemplate } from '../../template/parse-template.ts';
import { NamePattern } from '../name-pattern.ts';
import type { WorldIndex } from '../world.ts';
import { isAllowedName, notAllowed } from './allowed.ts';
import { missingObject } from './missing-object.ts';
import { type MethodUse, methodUseOf } from './method-uses.ts';

/** Whether the Method that a step names is there, is of the right type and may be used. Paths begin at the step. */
export function checkMethod(step: Step, index: WorldIndex): Issue[] {
  const use = methodUseOf(step);
  if (use === undefined) return [];
  if (isTemplate(use.name)) return checkPattern(use, index);
  const method = index.method(use.name, use.types);
  if (method === undefined) return [missingMethod(use, index)];
  const misfit = describeMisfit(method, use);
  if (misfit !== undefined) return [{ ...misfit, path: use.path }];
  const { tenant } = index.world;
  const names = [use.name, method.metadata.name, ...(method.spec.id === undefined ? [] : [method.spec.id])];
  return isAllowedName(tenant?.spec.allowed?.methods, names) ? [] : [notAllowed('Method', use.name, use.path)];
}

function missingMethod({ name, path, types }: MethodUse, { world }: WorldIndex): Issue {
  const known = world.methods.filter(({ spec }) => types.includes(spec.type)).map(spellings);
  return missingObject({ code: 'MethodNotFound', what: 'Method', name, path, known: known.flat() }, world);
}

/** How steps spell a Method: by its `spec.id`, else by its name. */
const spellings = ({ metadata, spec }: Method) => [spec.id ?? metadata.name];

/** Which Method a template means shows in the run; that none can be meant shows before. */
function checkPattern({ name, path, types }: MethodUse, { world }: WorldIndex): Issue[] {
  const pattern = new NamePattern(name);
  const mayBe = ({ metadata, spec }: Method) =>
    types.includes(spec.type) &&
    [spec.id, metadata.name, metadata.name.replaceAll('-', '_')].some(
      (each) => each !== undefined && pattern.matches(each),
    );
  if (!world.complete || world.methods.some(mayBe)) return [];
  const hint = 'whatever the template comes to, its beginning and its end stay';
  return [{ code: 'MethodNotFound', path, message: `there is no Method that ${quote(name)} can mean`, hint }];
}

function describeMisfit(method: Method, { name, types, blocks, because }: MethodUse): Omit<Issue, 'path'> | undefined {
  const { spec } = method;
  const code = 'MethodTypeMismatch';
  if (!types.includes(spec.type))
    return { code, message: `the Method ${quote(name)} is of type ${spec.type}`, hint: because };
  if (spec.type !== 'model' || blocks === undefined || blocks.some((block) => spec[block] !== undefined))
    return undefined;
  const missing = blocks.map((block) => `\`${block}\``).join(' and no ');
  return { code, message: `the Method ${quote(name)} has no ${missing}`, hint: because };
}
