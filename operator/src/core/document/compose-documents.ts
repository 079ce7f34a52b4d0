import { quote } from '../quote.ts';
import {
  type DocumentEvent,
  type Event,
  EVENT_ID,
  getScalarValue,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml';
import { addPair, type Composed, keyOf, type ObjectFrame } from './compose-object.ts';
import { anchorName, fullTag, nextTokenOffset, scalarEnd, scalarOffset } from './event-source.ts';
import type { LineIndex } from './line-index.ts';
import { sourceLimits } from './limits.ts';
import type { PathlessIssue, PlacedIssue } from './placed-issue.ts';
import type { ContainerPlaces, ListPlaces, PlacedValue } from './places.ts';
import { resolvePlainScalar, resolveTaggedScalar, shortTag } from './resolve-scalar.ts';
import { describeSurprise } from './surprises.ts';

/** What a text holds: its documents, and what is wrong with the text itself. */
export interface ComposedDocuments {
  readonly documents: readonly PlacedValue[];
  readonly issues: readonly PlacedIssue[];
}

interface ListFrame {
  readonly kind: 'list';
  readonly value: unknown[];
  readonly places: ListPlaces;
  readonly offset: number;
  readonly anchor: string | undefined;
}
type Frame = ListFrame | ObjectFrame;

interface TaggedText {
  readonly text: string;
  readonly tag: string | undefined;
  readonly isPlain: boolean;
  readonly offset: number;
}

const MERGE_TAG = 'tag:yaml.org,2002:merge';

/** Where the text of the events begins in the file, and how to find lines there. */
export interface EventOrigin {
  readonly base: number;
  readonly positionAt: LineIndex;
}

/**
 * Builds values from the parser's events and remembers where each part stands. All mistakes are told; a document is
 * given up only for what would make it endless or enormous.
 */
export function composeDocuments(text: string, events: readonly Event[], origin: EventOrigin): ComposedDocuments {
  const composer = new Composer(text, origin);
  for (const event of events) composer.take(event);
  return composer;
}

class Composer implements ComposedDocuments {
  readonly documents: PlacedValue[] = [];
  readonly issues: PlacedIssue[] = [];
  readonly #text: string;
  readonly #origin: EventOrigin;
  #document: DocumentEvent | undefined;
  #places = new Map<object, ContainerPlaces>();
  /** A finished value by the name of its anchor; undefined while the value is still open. */
  #anchors = new Map<string, Composed | undefined>();
  #frames: Frame[] = [];
  #root: Composed | undefined;
  #hasAliases = false;
  #givenUp = false;
  /** Offset behind the last thing read: where an empty value is looked for. */
  #end = 0;

  constructor(text: string, origin: EventOrigin) {
    this.#text = text;
    this.#origin = origin;
  }

  take(event: Event): void {
    if (event.type === EVENT_ID.DOCUMENT) this.#begin(event);
    else if (this.#givenUp) return;
    else if (event.type === EVENT_ID.POP) this.#close();
    else if (event.type === EVENT_ID.SCALAR) this.#takeScalar(event);
    else if (event.type === EVENT_ID.ALIAS) this.#takeAlias(event.anchorStart - 1, anchorName(this.#text, event) ?? '');
    else this.#open(event);
  }

  #begin(document: DocumentEvent): void {
    this.#document = document;
    this.#places = new Map();
    this.#anchors = new Map();
    this.#frames = [];
    this.#root = undefined;
    this.#hasAliases = false;
    this.#givenUp = false;
  }

  #open(event: SequenceEvent | MappingEvent): void {
    const common = { offset: event.start, anchor: anchorName(this.#text, event) };
    const extent = { weight: 1, height: 1 };
    const isList = event.type === EVENT_ID.SEQUENCE;
    this.#checkContainerTag(event, isList ? 'seq' : 'map');
    if (common.anchor !== undefined) this.#anchors.set(common.anchor, undefined);
    this.#frames.push(
      isList
        ? { ...common, kind: 'list', value: [], places: { ...extent, kind: 'list', items: [] } }
        : {
            ...common,
            kind: 'object',
            value: {},
            places: { ...extent, kind: 'object', properties: new Map() },
            key: undefined,
          },
    );
    this.#end = event.start + (this.#text[event.start] === '[' || this.#text[event.start] === '{' ? 1 : 0);
  }

  #checkContainerTag(event: SequenceEvent | MappingEvent, expected: 'seq' | 'map'): void {
    const tag = fullTag(this.#text, event, this.#document);
    if (tag === undefined || tag === '!' || tag === `tag:yaml.org,2002:${expected}`) return;
    this.#tell(event.tagStart, invalidScalar(`unknown tag ${quote(shortTag(tag))}`));
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) {
      const { value, offset } = this.#root ?? { value: null, offset: 0 };
      this.documents.push({ value, offset: this.#origin.base + offset, places: this.#places });
      return;
    }
    this.#places.set(frame.value, frame.places);
    const { weight, height } = frame.places;
    this.#complete({ value: frame.value, offset: frame.offset, weight, height }, frame.anchor);
  }

  #takeScalar(event: ScalarEvent): void {
    const text = getScalarValue(this.#text, event);
    const tag = fullTag(this.#text, event, this.#document);
    const isPlain = event.style === SCALAR_STYLE.PLAIN;
    const offset = this.#scalarOffset(event);
    const isMerge = isPlain && text === '<<' && (tag === undefined || tag === MERGE_TAG);
    const value = isMerge ? text : this.#resolve({ text, tag, isPlain, offset });
    this.#complete({ value, offset, weight: 1, height: 0, isMerge }, anchorName(this.#text, event));
  }

  #resolve({ text, tag, isPlain, offset }: TaggedText): unknown {
    if (tag === undefined && !isPlain) return text;
    const resolved = tag === undefined ? resolvePlainScalar(text) : resolveTaggedScalar(tag, text);
    if ('invalid' in resolved) {
      this.#tell(offset, invalidScalar(resolved.invalid));
      return text;
    }
    const { value, surprise } = resolved;
    if (surprise !== undefined) this.#tell(offset, describeSurprise(surprise, text, value));
    return value;
  }

  #scalarOffset(event: ScalarEvent): number {
    const own = scalarOffset(this.#text, event);
    const offset = own === -1 ? this.#emptyOffset() : own;
    this.#end = Math.max(scalarEnd(event), own === -1 ? offset + 1 : 0);
    return offset;
  }

  /** An empty value stands where its key stands, or at the dash of its list. */
  #emptyOffset(): number {
    const frame = this.#frames.at(-1);
    if (frame?.kind === 'object' && frame.key !== undefined) return frame.key.offset;
    return nextTokenOffset(this.#text, this.#end);
  }

  #takeAlias(offset: number, name: string): void {
    this.#end = offset + 1 + name.length;
    const target = this.#anchors.get(name);
    if (target !== undefined) {
      this.#hasAliases = true;
      this.#complete({ ...target, offset, isMerge: false });
      return;
    }
    const message = this.#anchors.has(name)
      ? { code: 'AnchorCycle', message: `the anchor ${quote(name)} contains itself` }
      : { code: 'UnknownAnchor', message: `no anchor ${quote(name)} stands above` };
    this.#tell(offset, message);
    this.#givenUp = true;
  }

  #complete(node: Composed, anchor?: string): void {
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    const frame = this.#frames.at(-1);
    if (frame === undefined) this.#root = node;
    else if (frame.kind === 'list') {
      frame.value.push(node.value);
      frame.places.items.push(this.#origin.base + node.offset);
      this.#grow(frame, node);
    } else if (frame.key === undefined) {
      const key = keyOf(node);
      if (key.invalid !== undefined) this.#tell(node.offset, key.invalid);
      frame.key = key;
    } else {
      this.#grow(frame, node);
      const issues = addPair(frame, frame.key, node, { ...this.#origin, places: this.#places });
      frame.key = undefined;
      for (const { offset, name, ...issue } of issues) this.#tell(offset, issue, name);
    }
  }

  #grow({ places, offset }: Frame, node: Composed): void {
    places.weight += node.weight;
    places.height = Math.max(places.height, node.height + 1);
    if (!this.#hasAliases) return;
    const tooMany = places.weight > sourceLimits.expandedValues;
    if (!tooMany && this.#frames.length + node.height <= sourceLimits.depth) return;
    this.#tell(offset, {
      code: 'ExcessiveAliases',
      message: tooMany
        ? `the aliases in this document stand for more than ${sourceLimits.expandedValues} values`
        : `the aliases in this document nest more than ${sourceLimits.depth} levels deep`,
      hint: 'write out what is needed, or split the document',
    });
    this.#givenUp = true;
  }

  /** Tells an issue of what is being read, or of the property `name` of the object that is being read. */
  #tell(offset: number, issue: PathlessIssue, name?: string): void {
    const path = [...this.#frames.flatMap(segmentOf), ...(name === undefined ? [] : [name])];
    this.issues.push({ ...issue, path, position: this.#origin.positionAt(this.#origin.base + offset) });
  }
}

/** The part of a path that stands for what an open list or object is waiting for. */
function segmentOf(frame: Frame): (string | number)[] {
  if (frame.kind === 'list') return [frame.value.length];
  return frame.key?.text === undefined ? [] : [frame.key.text];
}

function invalidScalar(message: string): PathlessIssue {
  return { code: 'InvalidScalar', message, hint: 'leave the tag away, or put the text in quotes' };
}
