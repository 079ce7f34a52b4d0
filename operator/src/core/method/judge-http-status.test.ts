import { describe, expect, it } from 'vitest';
import { judgeHttpStatus } from './judge-http-status.ts';
import { parseRetryAfterMs } from './parse-retry-after.ts';
import { Redaction } from './redact.ts';

describe('judgeHttpStatus', () => {
  it('takes 2xx, and nothing else, for success', () => {
    const successes = Array.from({ length: 500 }, (_, index) => index + 100).filter(
      (code) => judgeHttpStatus(code).isSuccess,
    );
    expect([successes[0], successes.at(-1), successes.length]).toEqual([200, 299, 100]);
  });

  it('has what passes by itself tried again', () => {
    const codes = [199, 301, 400, 404, 408, 409, 425, 429, 499, 500, 501, 503, 599];
    const retried = codes.filter((code) => {
      const verdict = judgeHttpStatus(code);
      return !verdict.isSuccess && verdict.retryable;
    });
    expect(retried).toEqual([408, 425, 429, 500, 501, 503, 599]);
  });
});

describe('parseRetryAfterMs', () => {
  const now = new Date('2026-01-02T03:04:05Z');
  it.each([
    ['seconds', '7', 7_000],
    ['seconds with space', ' 0 ', 0],
    ['more than a day', '9999999999', 86_400_000],
    ['a date', 'Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['a date that has passed', 'Fri, 02 Jan 2026 03:04:04 GMT', 0],
    ['a date far ahead', 'Fri, 02 Jan 2099 03:04:04 GMT', 86_400_000],
    ['nothing', undefined, undefined],
    ['an empty text', '', undefined],
    ['a fraction', '1.5', undefined],
    ['a number below zero', '-1', undefined],
    ['a word', 'Soon', undefined],
  ])('reads %s', (_, header, expected) => {
    expect(parseRetryAfterMs(header, now)).toBe(expected);
  });
});

describe('Redaction', () => {
  it('hides secrets as they are, without their scheme, and as JSON and URLs write them', () => {
    const redaction = new Redaction(['Bearer abc"def ghi']);
    const text = 'Bearer abc"def ghi, abc"def ghi, abc\\"def ghi, abc%22def%20ghi, Bearer';
    expect(redaction.message(text)).toBe('***, ***, ***, ***, Bearer');
    expect(redaction.content(text)).toBe('***, ***, ***, ***, Bearer');
  });

  it('hides the longer one of secrets that share a beginning', () => {
    expect(new Redaction(['secret', 'secret-more']).message('secret-more secret')).toBe('*** ***');
  });

  it('leaves content that holds a short secret by chance, and hides it in messages', () => {
    const redaction = new Redaction(['cat', '', 'a']);
    expect([redaction.content('a concatenation'), redaction.message('a cat')]).toEqual(['a concatenation', 'a ***']);
  });
});
