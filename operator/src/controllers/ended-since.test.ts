import { describe, expect, it } from 'vitest';
import { EndedSince } from './ended-since.ts';

const finishedAt = '2026-01-05T10:00:00.000Z';
const endedMs = Date.parse(finishedAt);

describe('EndedSince', () => {
  it('believes an end that is past', () => {
    expect(new EndedSince().of('ns/w', finishedAt, endedMs + 5)).toBe(endedMs);
    expect(new EndedSince().of('ns/w', finishedAt, endedMs)).toBe(endedMs);
  });

  it('counts an end that lies in the future from when it was first seen', () => {
    const ended = new EndedSince();
    expect(ended.of('ns/w', finishedAt, endedMs - 3_600_000)).toBe(endedMs - 3_600_000);
    expect(ended.of('ns/w', finishedAt, endedMs - 3_000_000)).toBe(endedMs - 3_600_000);
    expect(ended.of('ns/other', finishedAt, endedMs - 3_000_000)).toBe(endedMs - 3_000_000);
    expect(ended.of('ns/w', finishedAt, endedMs + 1)).toBe(endedMs);
  });

  it('counts another end anew: of a retry, or of another WorkItem of the name', () => {
    const ended = new EndedSince();
    ended.of('ns/w', finishedAt, endedMs - 3_000);
    expect(ended.of('ns/w', '2026-01-05T10:00:01.000Z', endedMs - 2_000)).toBe(endedMs - 2_000);
    ended.forget('ns/w');
    expect(ended.of('ns/w', '2026-01-05T10:00:01.000Z', endedMs - 1_000)).toBe(endedMs - 1_000);
  });
});
