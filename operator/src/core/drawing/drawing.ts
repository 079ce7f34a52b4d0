/** How a node looks; each output has its own way to draw it. */
export type Shape =
  'box' | 'rounded' | 'stadium' | 'subroutine' | 'cylinder' | 'slanted' | 'decision' | 'gate' | 'note';

/** What a node is about, told by its colour. */
export type Tone = 'call' | 'agent' | 'code' | 'data' | 'control' | 'gate' | 'result';

/** A step, or a part of one that decides. */
export interface DrawnNode {
  readonly kind: 'node';
  /** Plain letters, digits and underscores, unique in the drawing. */
  readonly id: string;
  /** The name first. Text of users: every output escapes it. */
  readonly lines: readonly string[];
  readonly shape: Shape;
  readonly tone: Tone;
  /** Drawn with dashes: it runs only when something activates it. */
  readonly isChild: boolean;
}

/** Steps that stand inside another, in a branch or a route, or at the end. */
export interface DrawnGroup {
  readonly kind: 'group';
  readonly id: string;
  readonly lines: readonly string[];
  readonly tone: Tone;
  readonly isChild: boolean;
  readonly items: readonly DrawnItem[];
}

export type DrawnItem = DrawnNode | DrawnGroup;

/**
 * What an arrow means: `needs` waits for success, `after` only for the end (inside `or`), `chooses` leads into a branch,
 * `goes` follows a route, `finally` only puts exit steps last and is not seen;
 * the others activate or send back.
 */
export type EdgeKind =
  'needs' | 'after' | 'chooses' | 'goes' | 'check' | 'fallback' | 'compensate' | 'returns' | 'finally';

/** An arrow between two nodes or groups. */
export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly label?: string;
}

/** A pipeline as a picture that is not laid out yet. */
export interface Drawing {
  readonly title: string;
  readonly description: string;
  readonly items: readonly DrawnItem[];
  readonly edges: readonly DrawnEdge[];
}
