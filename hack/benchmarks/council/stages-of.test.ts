import { describe, expect, it } from 'vitest';
import { type Line, stagesOf } from './stages-of.ts';

const line = (kind: string, ms: number): Line => ({ kind, at: new Date(ms).toISOString() });

describe('stages of a deliberation', () => {
  it('go from the first question to the last answer', () => {
    const lines = [
      ...[line('request', 0), line('request', 2), line('answer', 90), line('answer', 120)],
      ...[line('request', 121), line('request', 121), line('answer', 150), line('answer', 221)],
    ];
    expect(stagesOf(lines)).toEqual([
      { questions: 2, wallMs: 120 },
      { questions: 2, wallMs: 100 },
    ]);
  });

  it('are worth nothing where a member failed', () => {
    expect(() => stagesOf([line('request', 0), line('failure', 1)])).toThrow('failed');
  });
});
