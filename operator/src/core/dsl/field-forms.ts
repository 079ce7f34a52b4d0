import { isPlainObject } from './is-plain-object.ts';

/** One way in which the canonical form spells a field of a manifest. */
export interface FieldForm {
  /** Name in the manifest, as the schema has it. */
  readonly field: string;
  /** Name in the canonical form. */
  readonly canonical: string;
  /** The canonical form's value as the manifest has it; what it cannot read is left as it is. */
  toManifest(value: unknown): unknown;
  /** The manifest's value as the canonical form has it; undefined when this form cannot hold it. */
  toCanonical(value: unknown): unknown;
}

/** Objects of the DSL whose fields have other names in the canonical form, beyond their case. */
export type RenamedObject = 'pipeline' | 'step';

const renamed: Readonly<Record<RenamedObject, ReadonlyMap<string, string>>> = {
  pipeline: new Map([['displayName', 'name']]),
  step: new Map([['name', 'id']]),
};

type Spelling = (canonical: string) => readonly Omit<FieldForm, 'field'>[];

/** Fields whose values differ too. The first form that can hold a value is the one that is written. */
const spellings = new Map<string, Spelling>([
  ['timeoutSeconds', minutesOrSeconds],
  ['estimatedDurationSeconds', minutesOrSeconds],
  ['estimatedCostUnits', (canonical) => [{ canonical, toManifest: decimalText, toCanonical: decimalNumber }]],
  ['check', (canonical) => [{ ...same(canonical), toManifest: (value) => (isPlainObject(value) ? [value] : value) }]],
]);

/** All forms of the fields of one object. */
export function fieldForms(fields: readonly string[], object?: RenamedObject): FieldForm[] {
  return fields.flatMap((field) => {
    const canonical = (object && renamed[object].get(field)) ?? snakeCase(field);
    const spell = spellings.get(field) ?? ((name) => [same(name)]);
    return spell(canonical).map((form) => ({ field, ...form }));
  });
}

/** `dependsOn` as `depends_on`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function same(canonical: string): Omit<FieldForm, 'field'> {
  return { canonical, toManifest: (value) => value, toCanonical: (value) => value };
}

/** Whole minutes are written as minutes, anything else as seconds. */
function minutesOrSeconds(canonical: string): Omit<FieldForm, 'field'>[] {
  const minutes = {
    canonical: canonical.replace(/_seconds$/, '_minutes'),
    toManifest: (value: unknown) => (typeof value === 'number' ? wholeIfClose(value * 60) : value),
    toCanonical: (value: unknown) => (typeof value === 'number' && value % 60 === 0 ? value / 60 : undefined),
  };
  return [minutes, same(canonical)];
}

/** A tenth of a minute is six seconds, whatever binary fractions make of it. */
function wholeIfClose(seconds: number): number {
  const whole = Math.round(seconds);
  return Math.abs(seconds - whole) < 1e-6 ? whole : seconds;
}

const DECIMAL = /^[0-9]+(\.[0-9]+)?$/;

function decimalText(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}

/** A number only where it says the same to the digit; `2.50` stays text. */
function decimalNumber(value: unknown): unknown {
  return typeof value === 'string' && DECIMAL.test(value) && String(Number(value)) === value ? Number(value) : value;
}
