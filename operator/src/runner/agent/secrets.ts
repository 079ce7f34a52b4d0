import type { RunnerTask } from '../../api/runner-task.ts';

/** Shorter values are no secrets that could be told apart from other text. */
const shortestSecret = 6;

const replacement = '[secret]';

/** The values of the variables that a task names. They are nowhere else in the process, and are kept out of all that is told. */
export class Secrets {
  readonly #values: ReadonlyMap<string, string>;
  readonly #spellings: readonly string[];

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
    const long = [...values.values()].map((value) => value.trim()).filter(({ length }) => length >= shortestSecret);
    // The longest first: one may be a part of another.
    this.#spellings = [...new Set(long.flatMap(spellingsOf))].sort((one, other) => other.length - one.length);
  }

  /** The value of a variable; undefined when the container was not given it. */
  valueOf(variable: string): string | undefined {
    return this.#values.get(variable);
  }

  /** The text without the values, as they are and as they are usually written. */
  redact(text: string): string {
    return this.#spellings.reduce((rest, spelling) => rest.replaceAll(spelling, replacement), text);
  }
}

const spellingsOf = (value: string) => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value.toWellFormed()),
  Buffer.from(value).toString('base64'),
];

/** Variables of the container that hold something from a Secret or a ConfigMap, by the names that the operator gives them. */
const given = /^CONCLAVE_VALUE_\d+$/;

/** Takes the variables that a task names out of an environment, so that nothing that is started inherits them. */
export function takeSecrets(task: RunnerTask | undefined, environment: NodeJS.ProcessEnv): Secrets {
  const named = task === undefined ? [] : variablesOf(task.work);
  const names = new Set([...named, ...Object.keys(environment).filter((name) => given.test(name))]);
  const values = new Map<string, string>();
  for (const name of names) {
    const value = environment[name];
    if (value !== undefined) values.set(name, value);
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment has no other way
    delete environment[name];
  }
  return new Secrets(values);
}

/** Wherever the work names a variable: fields that end so hold one name, or names by header. */
function variablesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]: [string, unknown]) => {
    if (key.endsWith('Variable')) return typeof field === 'string' ? [field] : [];
    if (key.endsWith('Variables')) return Object.values(field as Record<string, string>);
    return variablesOf(field);
  });
}
