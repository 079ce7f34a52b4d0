import { describe, expect, test } from 'vitest';
import type { Terminal } from '../terminal.ts';
import { readRunInputs } from './read-run-inputs.ts';

const parameters = [{ name: 'month', type: 'string' }, { name: 'count', type: 'integer' }, { name: 'any' }] as const;

function read(given: Parameters<typeof readRunInputs>[0], stdin = '') {
  async function* input() {
    yield await Promise.resolve(new TextEncoder().encode(stdin));
  }
  const terminal: Terminal = {
    ...{ input: input(), out: () => undefined, err: () => undefined, colours: { out: false, err: false } },
  };
  return readRunInputs(given, { parameters: [...parameters] }, terminal);
}

describe('the inputs of a run', () => {
  test.each([
    [['month=10'], { month: '10' }],
    [['count=10'], { count: 10 }],
    [['any={"a": [1]}'], { any: { a: [1] } }],
    [['any=plain text'], { any: 'plain text' }],
    [['any='], { any: '' }],
    [['any=a=b'], { any: 'a=b' }],
    [['undeclared=true'], { undeclared: true }],
    [['count=1', 'count=2'], { count: 2 }],
  ])('of %j', async (input, inputs) => {
    expect(await read({ input })).toEqual(inputs);
  });

  test('come from a document, and what is given by itself is stronger', async () => {
    expect(await read({ inputs: '-', input: ['count=2'] }, 'month: "10"\ncount: 1\n')).toEqual({
      month: '10',
      count: 2,
    });
    expect(await read({ inputs: '{"count": 3}' })).toEqual({ count: 3 });
    expect(await read({})).toEqual({});
  });

  test.each([
    [{ input: ['month'] }, "'month' is no input"],
    [{ input: ['=1'] }, "'=1' is no input"],
    [{ inputs: '-' }, '-:1:1: inputs must be an object by the names of parameters, found a list'],
    [{ inputs: '/nowhere/inputs.yaml' }, 'cannot read /nowhere/inputs.yaml'],
  ])('are not %j', async (given, message) => {
    await expect(read(given, '[1]')).rejects.toMatchObject({
      details: { exitCode: 2, message: expect.stringContaining(message) as string },
    });
  });
});
