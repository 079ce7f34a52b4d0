import { expect, it } from 'vitest';
import { poll } from './poll.ts';

const never = new AbortController().signal;

it('looks less and less often, and stops at the first answer', async () => {
  const pauses: number[] = [];
  const pause = (ms: number) => {
    pauses.push(ms);
    return Promise.resolve();
  };
  let looks = 0;
  const look = () => Promise.resolve(++looks === 6 ? 'there' : undefined);
  expect(await poll(look, { pause, signal: never, firstMs: 1000, longestMs: 3000 })).toBe('there');
  expect(pauses).toEqual([1000, 1500, 2250, 3000, 3000]);
});

it('does not look when it is aborted already', async () => {
  const look = () => Promise.reject(new Error('it looked'));
  const signal = AbortSignal.abort(new Error('stopped'));
  const timing = { pause: () => Promise.resolve(), signal, firstMs: 1, longestMs: 1 };
  await expect(poll(look, timing)).rejects.toThrow('stopped');
});
