/** A bug that is planted, to see whether the tests find it. */
export interface Mutation {
  /** In kebab-case; unique. */
  readonly name: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Source text that stands in the file exactly once. */
  readonly source: string;
  readonly replacement: string;
  /** What goes wrong by it, as users would see it. */
  readonly goesWrong: string;
  /** Test files of which one should fail, as paths from the root of the repository. */
  readonly tests: readonly string[];
}

/** A mutation that cannot be planted: the code has changed since it was written. */
export class UnplantableMutation extends Error {
  override readonly name = 'UnplantableMutation';
}

/** The text of a file with a mutation in it. @throws UnplantableMutation unless its source stands there exactly once */
export function plant({ name, file, source, replacement }: Mutation, text: string): string {
  const pieces = text.split(source);
  if (source === '' || pieces.length !== 2) {
    const found = source === '' ? 'nothing to look for' : `its source ${pieces.length - 1} times, not once`;
    throw new UnplantableMutation(`the mutation ${name} finds ${found} in ${file}: ${JSON.stringify(source)}`);
  }
  if (source === replacement) throw new UnplantableMutation(`the mutation ${name} changes nothing`);
  return pieces.join(replacement);
}
