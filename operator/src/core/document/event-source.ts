import { type DocumentEvent, type Event, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';

const ABSENT = -1;
const STANDARD = 'tag:yaml.org,2002:';

/** Offset at which the content of a scalar begins, its opening quote or block header included; -1 when it is empty. */
export function scalarOffset(text: string, event: ScalarEvent): number {
  switch (event.style) {
    case SCALAR_STYLE.SINGLE_QUOTED:
    case SCALAR_STYLE.DOUBLE_QUOTED:
      return event.valueStart - 1;
    case SCALAR_STYLE.LITERAL_BLOCK:
    case SCALAR_STYLE.FOLDED_BLOCK:
      return blockHeaderOffset(text, event.valueStart);
    default:
      return event.valueStart === ABSENT ? propertiesOffset(event) : event.valueStart;
  }
}

/** Offset just behind a scalar, its closing quote included; -1 when it is empty. */
export function scalarEnd(event: ScalarEvent): number {
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return event.valueEnd === ABSENT ? Math.max(event.anchorEnd, event.tagEnd) : event.valueEnd + (quoted ? 1 : 0);
}

/** Where the anchor and the tag of an otherwise empty value begin. */
function propertiesOffset({ anchorStart, tagStart }: ScalarEvent): number {
  const starts = [anchorStart === ABSENT ? ABSENT : anchorStart - 1, tagStart].filter((start) => start !== ABSENT);
  return starts.length === 0 ? ABSENT : Math.min(...starts);
}

/** The parser tells where a block's first line begins; its `|` or `>` ends the line before. */
function blockHeaderOffset(text: string, valueStart: number): number {
  let end = valueStart;
  if (text[end - 1] === '\n') end--;
  if (text[end - 1] === '\r') end--;
  let start = end;
  while (start > 0 && !isLineBreak(text[start - 1])) start--;
  const header = /[|>][-+0-9]*[ \t]*(?:[ \t]#.*)?$/.exec(text.slice(start, end));
  return start + (header?.index ?? 0);
}

const isLineBreak = (character: string | undefined) => character === '\n' || character === '\r';

/** Offset of the next character that is neither space, comment, comma nor the end of a bracket. */
export function nextTokenOffset(text: string, from: number): number {
  let offset = from;
  for (;;) {
    const character = text[offset];
    if (character === '#') offset = endOfLine(text, offset);
    else if (character !== undefined && ' \t\r\n,]}'.includes(character)) offset++;
    else return Math.min(offset, text.length);
  }
}

function endOfLine(text: string, from: number): number {
  let end = from;
  while (end < text.length && !isLineBreak(text[end])) end++;
  return end;
}

/** Full name of an event's tag (`tag:yaml.org,2002:int`), `!` for the bare one, undefined when it has none. */
export function fullTag(text: string, event: Event, document: DocumentEvent | undefined): string | undefined {
  if (!('tagStart' in event) || event.tagStart === ABSENT) return undefined;
  const tag = text.slice(event.tagStart, event.tagEnd);
  if (tag === '!') return tag;
  if (tag.startsWith('!<')) return tag.slice(2, -1);
  const handle = /^!(?:[0-9A-Za-z-]*!)?/.exec(tag)?.[0] ?? '!';
  return (declaredPrefix(handle, document) ?? handle) + tag.slice(handle.length);
}

function declaredPrefix(handle: string, document: DocumentEvent | undefined): string | undefined {
  for (const directive of document?.directives ?? [])
    if (directive.kind === 'tag' && directive.handle === handle) return directive.prefix;
  return handle === '!!' ? STANDARD : undefined;
}

/** Name of an event's anchor, or of the anchor that an alias points at. */
export function anchorName(text: string, event: Event): string | undefined {
  if (!('anchorStart' in event) || event.anchorStart === ABSENT) return undefined;
  return text.slice(event.anchorStart, event.anchorEnd);
}
