import type { ValidationLevel } from '../../issue.ts';
import type { World } from '../world.ts';

/** What there is to know about one code of an issue. */
export interface IssueEntry {
  readonly code: string;
  readonly level: ValidationLevel;
  /** An error where all there is is known may be a warning for files on their own. */
  readonly severities: readonly ('error' | 'warning' | 'note')[];
  /** What is wrong, in a sentence. */
  readonly meaning: string;
  /** What to do about it, in a sentence. */
  readonly remedy: string;
  readonly example: IssueExample;
  /** Codes that it never comes without. */
  readonly alongside?: readonly string[];
}

/** The smallest file that has the issue and no other. */
export type IssueExample =
  | {
      readonly text: string;
      /** What is known beside the file, and that in words. */
      readonly known?: { readonly words: string; readonly world: World };
    }
  /** A file that cannot be shown: too large, or no text. */
  | { readonly words: string; readonly bytes: () => Uint8Array };

/** A Pipeline as a file, by the lines below its `spec`. */
export function pipelineText(spec: string): string {
  return objectText('Pipeline', 'example', `spec:\n${indent(spec)}`);
}

/** An object of a kind as a file, by the lines after its `metadata`. */
export function objectText(kind: string, name: string, rest: string): string {
  return `apiVersion: conclave.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest.trimEnd()}\n`;
}

/** A text of many lines, for files that cannot be shown. */
export function textOf(length: number, line: (index: number) => string): () => Uint8Array {
  return () => new TextEncoder().encode(Array.from({ length }, (_, index) => line(index)).join(''));
}

const indent = (text: string) => text.trim().replace(/^(?=.)/gm, '  ');
