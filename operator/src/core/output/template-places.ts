/** What stands around a reference in a template of Markdown, which decides how a value is put there. */
export type TemplatePlace = 'alone' | 'inline' | 'fence' | 'tag';

/** HTML that goes on over empty lines: where a template has it, nothing counts as fenced code. */
const LONG_HTML = /<(?:script|pre|style|textarea|[!?])/i;
const OPENING = /^(`{3,}(?!.*`)|~{3,})/;

/** Where blocks of fenced code have their content, as pairs of offsets. */
export type Fences = readonly (readonly [start: number, end: number])[];

/**
 * Fenced code that is certainly code: its fence stands at the edge, after an empty line. Of all else nothing is assumed,
 * since what is put into code is not escaped.
 */
export function findFences(content: string): Fences {
  if (LONG_HTML.test(content)) return [];
  const fences: [number, number][] = [];
  let open: { readonly mark: string; readonly start: number } | undefined;
  let offset = 0;
  let isAfterEmpty = true;
  for (const line of content.split('\n')) {
    const next = offset + line.length + 1;
    if (open !== undefined && closes(line, open.mark)) {
      fences.push([open.start, offset]);
      open = undefined;
    } else if (open === undefined && isAfterEmpty) {
      const mark = OPENING.exec(line)?.[1];
      if (mark !== undefined) open = { mark, start: next };
    }
    isAfterEmpty = line.trim() === '';
    offset = next;
  }
  return open === undefined ? fences : [...fences, [open.start, content.length]];
}

function closes(line: string, mark: string): boolean {
  const [end] = /^ {0,3}(?:`{3,}|~{3,})(?=[ \t]*$)/.exec(line) ?? [''];
  return end.trimStart().startsWith(mark);
}

/** What stands around a reference that begins and ends at two offsets. */
export function placeOf(content: string, [start, end]: readonly [number, number], fences: Fences): TemplatePlace {
  if (fences.some(([from, to]) => from <= start && end <= to)) return 'fence';
  const before = content.slice(content.lastIndexOf('\n', start - 1) + 1, start);
  const after = content.slice(end, lineEnd(content, end));
  if (/^ {0,3}$/.test(before) && after.trim() === '') return 'alone';
  const head = content.slice(0, start);
  return head.lastIndexOf('<') > head.lastIndexOf('>') ? 'tag' : 'inline';
}

function lineEnd(content: string, from: number): number {
  const end = content.indexOf('\n', from);
  return end === -1 ? content.length : end;
}
