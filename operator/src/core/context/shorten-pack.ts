import { leftOutNote, missingOf, partOfLine } from './fit-lines.ts';
import type { ContextPack } from './pack-context.ts';

/** How many records a pack tells of. */
export const countRecords = (pack: ContextPack): number => linesOf(pack).records.length;

/** A pack of its first records alone; the note says how many are missing in all. */
export function keepRecords(pack: ContextPack, kept: number): ContextPack {
  const { records, missing } = linesOf(pack);
  if (kept >= records.length) return pack;
  const text = [...records.slice(0, kept), leftOutNote(missing + records.length - kept)].join('\n');
  return { ...pack, text, sources: pack.sources.slice(0, kept) };
}

/**
 * A pack in fewer characters: whole records are left out from its end, and of the last that remains its beginning is kept.
 * Undefined when nothing of it fits.
 */
export function shortenPack(pack: ContextPack, mostCharacters: number): ContextPack | undefined {
  const { records, missing } = linesOf(pack);
  for (let kept = records.length; kept >= 1; kept -= 1) {
    const shorter = keepRecords(pack, kept);
    if (shorter.text.length <= mostCharacters) return shorter;
  }
  const note = missing + records.length === 1 ? [] : [leftOutNote(missing + records.length - 1)];
  const first = partOfLine(records[0] ?? '', mostCharacters - note.join('').length - note.length);
  if (first === undefined) return undefined;
  return { ...pack, text: [first, ...note].join('\n'), sources: pack.sources.slice(0, 1) };
}

function linesOf({ text }: ContextPack): { readonly records: readonly string[]; readonly missing: number } {
  const lines = text.split('\n');
  const missing = missingOf(lines.at(-1) ?? '');
  return { records: missing === 0 ? lines : lines.slice(0, -1), missing };
}
