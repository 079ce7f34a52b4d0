import { quote } from '../quote.ts';
import type { LineIndex } from './line-index.ts';
import type { PathlessIssue } from './placed-issue.ts';
import { type ObjectPlaces, type Places, type PlainObject, setProperty } from './places.ts';

/** A value that is complete, and where it stands. */
export interface Composed {
  readonly value: unknown;
  readonly offset: number;
  readonly weight: number;
  readonly height: number;
  /** Only of a plain `<<`. */
  readonly isMerge?: boolean;
}

/** An object that is being read: with a key while its value is awaited. */
export interface ObjectFrame {
  readonly kind: 'object';
  readonly value: PlainObject;
  readonly places: ObjectPlaces;
  readonly offset: number;
  readonly anchor: string | undefined;
  key: Key | undefined;
}

/** A key; without `text` it is not usable, and `invalid` says why. */
export interface Key {
  readonly offset: number;
  readonly text?: string;
  readonly isMerge?: boolean;
  readonly invalid?: PathlessIssue;
}

/** What adding a pair has to know: where the events begin in the file, its lines, and the places of all values. */
export interface PairContext {
  readonly base: number;
  readonly positionAt: LineIndex;
  readonly places: Places;
}

/** An issue of the property `name` of the object. */
type PairIssue = PathlessIssue & { readonly name: string; readonly offset: number };

/** Reads a value as a key as kubectl does: numbers and booleans become text, anything else is refused. */
export function keyOf({ value, offset, isMerge }: Composed): Key {
  if (isMerge === true) return { offset, isMerge, text: '<<' };
  if (typeof value === 'string') return { offset, text: value };
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return { offset, text: String(value) };
  return { offset, invalid: { code: 'InvalidKey', ...refusal(value) } };
}

function refusal(value: unknown): { message: string; hint: string } {
  if (value === null) return { message: 'a key is empty', hint: 'write a name before the colon' };
  if (typeof value === 'number') return { message: `the number ${value} cannot be a key`, hint: 'put it in quotes' };
  if (Array.isArray(value)) return { message: 'a list cannot be a key', hint: 'put it in quotes' };
  const hint = 'a template begins with `{`: put it in quotes, "{{step.field}}"';
  return { message: 'an object cannot be a key', hint };
}

/** Adds a pair to an object, or what `<<` merges into it, and tells what is wrong with it. */
export function addPair(frame: ObjectFrame, key: Key, node: Composed, context: PairContext): PairIssue[] {
  if (key.text === undefined) return [];
  if (key.isMerge === true) return merge(frame, key, node, context);
  const before = frame.places.properties.get(key.text);
  setProperty(frame.value, key.text, node.value);
  const place = { key: context.base + key.offset, value: context.base + node.offset, merged: false };
  frame.places.properties.set(key.text, place);
  if (before === undefined || before.merged) return [];
  const { line } = context.positionAt(before.key);
  return [
    {
      code: 'DuplicateKey',
      name: key.text,
      offset: key.offset,
      message: `the key ${quote(key.text)} stands here a second time; the first is in line ${line}`,
      hint: 'remove one of the two',
      atKey: true,
    },
  ];
}

/** As kubectl merges: in the order of the text, so that what is merged also replaces what stands above it. */
function merge(frame: ObjectFrame, key: Key, { value }: Composed, { base, places }: PairContext): PairIssue[] {
  const sources = mergeSources(value, places);
  if (sources === undefined)
    return [
      {
        code: 'InvalidMerge',
        name: '<<',
        offset: key.offset,
        message: '`<<` needs an object, or a list of objects',
        hint: 'write `<<: *anchor`, where the anchor stands at an object',
      },
    ];
  return sources.flatMap((source) => mergeSource(frame, source, base));
}

function mergeSource(frame: ObjectFrame, source: MergeSource, base: number): PairIssue[] {
  const issues: PairIssue[] = [];
  for (const [name, place] of source.places.properties) {
    const before = frame.places.properties.get(name);
    if (before?.merged === false) issues.push(overridden(name, before.key - base));
    setProperty(frame.value, name, Reflect.get(source.value, name));
    frame.places.properties.set(name, { ...place, merged: true });
  }
  return issues;
}

function overridden(name: string, offset: number): PairIssue {
  return {
    code: 'MergeOverridesKey',
    name,
    severity: 'warning',
    offset,
    message: `${quote(name)} is replaced by the \`<<\` below it`,
    hint: 'write `<<` above the keys that shall win',
    atKey: true,
  };
}

interface MergeSource {
  readonly value: object;
  readonly places: ObjectPlaces;
}

/** The objects to merge, the strongest last; undefined when the value is something else. */
function mergeSources(value: unknown, places: Places): readonly MergeSource[] | undefined {
  const candidates: readonly unknown[] = Array.isArray(value) ? value.toReversed() : [value];
  const sources = candidates.flatMap((candidate) => {
    const known = typeof candidate === 'object' && candidate !== null ? places.get(candidate) : undefined;
    return known?.kind === 'object' ? [{ value: candidate as object, places: known }] : [];
  });
  return sources.length === candidates.length ? sources : undefined;
}
