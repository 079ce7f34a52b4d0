import { describe, expect, it } from 'vitest';
import { ProgressBoard } from './progress-board.ts';

const scope = { namespace: 'ns', workItem: 'w' };
const told = (step: string, turns: number) => ({
  ...{ step, attempt: 1, turns, toolCalls: 0, promptTokens: 0, completionTokens: 0 },
});
const never = new AbortController().signal;

describe('a board of progress', () => {
  it('gives the last of each attempt, in the order in which it was told', () => {
    const board = new ProgressBoard();
    board.post(scope, told('a', 1));
    board.post(scope, told('b', 2));
    board.post(scope, told('a', 3));
    board.post({ ...scope, workItem: 'other' }, told('a', 4));
    expect(board.after(0, 10).map(({ workItem, turns, sequence }) => [workItem, turns, sequence])).toEqual([
      ['w', 2, 2],
      ['w', 3, 3],
      ['other', 4, 4],
    ]);
    expect(board.after(2, 1)).toMatchObject([{ turns: 3 }]);
    expect(board.after(4, 10)).toEqual([]);
  });

  it('remembers no more than it has room for', () => {
    const board = new ProgressBoard({ ofEach: 2, inAll: 10 });
    for (const [index, step] of ['a', 'b', 'c'].entries()) board.post(scope, told(step, index));
    expect(board.after(0, 10).map(({ step }) => step)).toEqual(['b', 'c']);
  });

  it('wakes who waits, and lets go who waits no more', async () => {
    const board = new ProgressBoard();
    const arrived = board.arrival(never);
    board.post(scope, told('a', 1));
    await arrived;
    await board.arrival(AbortSignal.abort());
    const gone = new AbortController();
    const waited = board.arrival(gone.signal);
    gone.abort();
    await waited;
  });

  it('has another identity each time', () => {
    expect(new ProgressBoard().identity).not.toBe(new ProgressBoard().identity);
  });
});
