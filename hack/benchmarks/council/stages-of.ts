/** A line of a transcript, as far as it matters here. */
export interface Line {
  readonly kind: string;
  readonly at: string;
  readonly durationMs?: number;
}

/** Questions that were asked at the same time, and answered before anything else was asked. */
export interface Stage {
  readonly questions: number;
  /** From the first question to the last answer, in milliseconds. */
  readonly wallMs: number;
}

/** The stages of a deliberation, in their order. @throws Error when a question got no answer at once */
export function stagesOf(lines: readonly Line[]): readonly Stage[] {
  const stages: Stage[] = [];
  let [begin, asked, answered] = [0, 0, 0];
  for (const { kind, at } of lines) {
    const time = Date.parse(at);
    if (kind === 'failure' || kind === 'note') throw new Error('a member of the council failed');
    if (kind === 'request') {
      if (asked === 0) begin = time;
      asked += 1;
    }
    if (kind !== 'answer') continue;
    answered += 1;
    if (answered < asked) continue;
    stages.push({ questions: asked, wallMs: time - begin });
    [asked, answered] = [0, 0];
  }
  return stages;
}
