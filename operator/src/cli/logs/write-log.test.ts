import { expect, test } from 'vitest';
import { writeLog } from './write-log.ts';

const pieces = ['one\tof\u001b[2J\nt', 'wo\u0007\n', 'end\u202e'];

/** What a terminal of so many lines is given, or a file without any. */
async function written(rows: number | undefined): Promise<string> {
  let text = '';
  const terminal = { input: process.stdin, out: (more: string) => void (text += more), err: () => {}, rows };
  const log = async function* () {
    for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
  };
  const account = { client: { log } } as never;
  const writing = { account, terminal: { ...terminal, colours: { out: false, err: false } } };
  const container = { pod: 'p', container: 'method', path: 'build', attempt: 2 };
  await writeLog(container as never, { ...writing, namespace: 'team', hasPrefix: true, follow: false });
  return text;
}

test('a terminal is steered by no line of a log', async () => {
  const prefix = '[build#2 method] ';
  expect(await written(40)).toBe(`${prefix}one\tof\\u001b[2J\n${prefix}two\\u0007\n${prefix}end\\u202e\n`);
});

test('a file gets a log as it is', async () => {
  expect(await written(undefined)).toContain('one\tof\u001b[2J\n');
});
