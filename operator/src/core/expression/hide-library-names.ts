import type { ASTNode } from '@marcbachmann/cel-js';
import { language } from './cel-library.ts';
import { freeNames } from './syntax-tree.ts';

/** An expression in which no name is one of the library's own. */
export interface HiddenNames {
  readonly text: string;
  /** The names that it uses, and what they were. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Gives bare names such as `type` or `list` other names of the same length: the library takes them for CEL's types,
 * while users have fields of these names, which come first.
 */
export function hideLibraryNames(text: string, root: ASTNode): HiddenNames {
  const names = new Map<string, string>();
  let hidden = text;
  for (const { name, node } of freeNames(root)) {
    const other = language.hasVariable(name) ? `_${name.slice(1)}` : name;
    names.set(other, name);
    hidden = hidden.slice(0, node.start) + other + hidden.slice(node.end);
  }
  return { text: hidden, names };
}
