import { pipelineSpec } from '../../api/pipeline.ts';
import { stepTypes } from '../../api/step/step.ts';
import { discriminatorValues, pickOption, type SchemaNode, unwrapSchema } from '../validation/schema-view.ts';
import { fieldForms, type FieldForm, type RenamedObject } from './field-forms.ts';

/** An object of the DSL: its fields and how each is spelled in both forms. */
export interface DslObject {
  readonly fields: ReadonlyMap<string, SchemaNode>;
  /** By the name in the canonical form; a field may have several. */
  readonly forms: ReadonlyMap<string, FieldForm>;
  /** Whether there may be other keys, which the users chose and which are never re-cased. */
  readonly isOpen: boolean;
  /** Whether it is a step, whose type decides on its fields. */
  readonly isStep: boolean;
}

/** Objects some of whose fields have another name in the canonical form. */
const renamedObjects = new Map<SchemaNode, RenamedObject>([
  [unwrapSchema(pipelineSpec).core, 'pipeline'],
  ...stepTypes.map((type): [SchemaNode, RenamedObject] => [unwrapSchema(type).core, 'step']),
]);

const known = new WeakMap<SchemaNode, DslObject>();

/** What the schema says about a value that is an object of the DSL; undefined for anything else. */
export function dslObjectAt(schema: SchemaNode, value: unknown): DslObject | undefined {
  const { core } = unwrapSchema(schema);
  const chosen = core.def.type === 'union' ? pickOption(core, value) : core;
  if (chosen === undefined) return core.def.discriminator === undefined ? undefined : remember(core, describeAll);
  const object = unwrapSchema(chosen).core;
  return object.def.type === 'object' ? remember(object, describeObject) : undefined;
}

function remember(core: SchemaNode, describe: (core: SchemaNode) => DslObject): DslObject {
  const object = known.get(core) ?? describe(core);
  known.set(core, object);
  return object;
}

function describeObject(core: SchemaNode): DslObject {
  const fields = new Map(Object.entries(core.def.shape ?? {}));
  const forms = fieldForms([...fields.keys()], renamedObjects.get(core));
  return {
    fields,
    forms: new Map(forms.map((form) => [form.canonical, form])),
    isOpen: catchallOf(core)?.def.type !== 'never',
    isStep: renamedObjects.get(core) === 'step',
  };
}

/** What zod takes other keys for: never anything, where there may be none. */
function catchallOf({ def }: SchemaNode): SchemaNode | undefined {
  return (def as { readonly catchall?: SchemaNode }).catchall;
}

/** For an object whose type nobody knows: the fields of all types, and whatever else stands there. */
function describeAll({ def }: SchemaNode): DslObject {
  const objects = (def.options ?? []).map((option) => describeObject(unwrapSchema(option).core));
  return {
    fields: new Map(objects.flatMap(({ fields }) => [...fields])),
    forms: new Map(objects.flatMap(({ forms }) => [...forms])),
    isOpen: true,
    isStep: false,
  };
}

/** The types of step that have a field, by its name in the canonical form. */
export function stepTypesWith(field: string): string[] {
  const owners = stepTypes.filter((type) => dslObjectAt(type, undefined)?.forms.has(field));
  return owners.flatMap((type) => discriminatorValues(type, 'type').map(String));
}

/** Schema of the items of a list, or of the values of a map under the users' own keys. */
export function itemSchema(schema: SchemaNode): SchemaNode | undefined {
  const { def } = unwrapSchema(schema).core;
  return def.type === 'record' ? def.valueType : def.element;
}
