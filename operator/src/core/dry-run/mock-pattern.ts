import { loopsAround } from '../pipeline/scope-rules.ts';
import type { StepNode } from '../pipeline/step-node.ts';

/** Which steps a mock speaks of: those of a name, or those of a path; `*` stands for any characters but dots. */
export interface MockPattern {
  readonly text: string;
  /** Whether it is a path, with the iterations of loops: `loop[0].step`. A name speaks of every iteration. */
  readonly isPath: boolean;
  /** Whether a step of the pipeline has such a path in some iteration. */
  readonly fits: (node: StepNode) => boolean;
  /** Whether it speaks of the step at this path. */
  readonly matches: (path: string) => boolean;
}

/** Reads the key of a mock. */
export function mockPattern(text: string): MockPattern {
  const isPath = /[.[]/.test(text);
  const parts = text.split('.').map(glob);
  return {
    text,
    isPath,
    fits: (node) => (isPath ? fitsPath(node, text.split('.')) : parts[0]?.(node.name) === true),
    matches: (path) => {
      const segments = path.split('.');
      if (!isPath) return parts[0]?.(segments.at(-1) ?? '') === true;
      return segments.length === parts.length && segments.every((segment, index) => parts[index]?.(segment) === true);
    },
  };
}

/** Of two mocks that speak of the same step, tells by a positive number that the first one does so more exactly. */
export function compareExactness(a: MockPattern, b: MockPattern): number {
  return classOf(a) - classOf(b) || literalsIn(a) - literalsIn(b);
}

/** A path says more than a name, and a text without `*` more than one with it. */
const classOf = ({ text, isPath }: MockPattern) => (text.includes('*') ? 0 : 2) + (isPath ? 1 : 0);

const literalsIn = ({ text }: MockPattern) => text.replaceAll('*', '').length;

/** Paths inside loops have a segment for each loop: its name and the number of the iteration. */
function fitsPath(node: StepNode, segments: readonly string[]): boolean {
  const own = segments.at(-1) ?? '';
  const loops = segments.slice(0, -1).reverse();
  if (own.includes('[') || !glob(own)(node.name)) return false;
  const around = loopsAround(node);
  return loops.length === around.length && around.every(({ name }, depth) => fitsLoop(name, loops[depth] ?? ''));
}

function fitsLoop(name: string, segment: string): boolean {
  const [, pattern, index = ''] = /^([^[\]]*)\[([^[\]]*)\]$/.exec(segment) ?? [];
  return pattern !== undefined && glob(pattern)(name) && /^[\d*]+$/.test(index);
}

type Match = (text: string) => boolean;

/** Compares piece by piece, so that no pattern can take long. */
function glob(pattern: string): Match {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= text.length - last.length;
  };
}
