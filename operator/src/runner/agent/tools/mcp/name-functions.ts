import { createHash } from 'node:crypto';

/** A tool of a server, by the tool of the task that it belongs to. */
export interface Named {
  readonly tool: string;
  readonly serverTool: string;
}

/** Characters of a function's name, in the API that models are asked by: letters, digits, `_` and `-`. */
const longest = 64;

/** A text of nothing but the characters that the name of a function may have. */
export const safeName = (text: string): string => text.replace(/[^a-zA-Z0-9_-]/g, '_') || '_';

/**
 * Names for functions, one each and in the same order: `<tool>_<server tool>`, with a digest where that is too long, is
 * taken, or would stand for several. The same tools are named the same in whatever order they come.
 */
export function nameFunctions(all: readonly Named[], taken: ReadonlySet<string>): readonly string[] {
  const plain = all.map(({ tool, serverTool }) => safeName(`${tool}_${serverTool}`));
  const often = new Map<string, number>();
  for (const name of plain) often.set(name, (often.get(name) ?? 0) + 1);
  return all.map((named, index) => {
    const name = plain[index] ?? '';
    // One that ends like a digest could be made to be the name of another.
    const isFree = name.length <= longest && often.get(name) === 1 && !taken.has(name) && !/_[0-9a-f]{12}$/.test(name);
    return isFree ? name : `${name.slice(0, longest - digestLength - 1)}_${digestOf(named)}`;
  });
}

const digestLength = 12;

const digestOf = ({ tool, serverTool }: Named) =>
  createHash('sha256')
    .update(JSON.stringify([tool, serverTool]))
    .digest('hex')
    .slice(0, digestLength);
