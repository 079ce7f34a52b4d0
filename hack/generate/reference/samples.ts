import { readdirSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

/** The documents of config/samples, for examples. */
export interface Samples {
  /** The first sample of a kind, as it was written. */
  readonly ofKind: (kind: string) => string | undefined;
  /** The first step of a type in any sample, as YAML. */
  readonly ofStepType: (type: string) => string | undefined;
}

interface Sample {
  readonly text: string;
  readonly value: unknown;
}

/** Reads the samples of folders, in the order of their names; those below them (broken ones) are none. */
export function readSamples(...folders: readonly string[]): Samples {
  const samples = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
      .map((entry) => entry.name)
      .sort()
      .flatMap((name) => documentsOf(readFileSync(`${folder}/${name}`, 'utf8'))),
  );
  return {
    ofKind: (kind) => samples.find(({ value }) => isRecord(value) && value['kind'] === kind)?.text,
    ofStepType: (type) => {
      const step = samples.flatMap(({ value }) => stepsBelow(value)).find((each) => each['type'] === type);
      return step === undefined ? undefined : stringify([step], { lineWidth: 100 });
    },
  };
}

function documentsOf(text: string): Sample[] {
  return text
    .split(/^---$/m)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => ({ text: part, value: parse(part) as unknown }));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every object in a list called `steps` or `onExit`, the outer ones first. */
function stepsBelow(value: unknown): Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(stepsBelow);
  if (!isRecord(value)) return [];
  const here = [value['steps'], value['onExit']].flatMap((list) => (Array.isArray(list) ? list.filter(isRecord) : []));
  return [...here, ...Object.values(value).flatMap(stepsBelow)];
}
