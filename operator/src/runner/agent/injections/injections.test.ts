import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttackedRun, InjectionBench, outsideText, secrets } from '../../../testing/injection-bench.ts';
import type { AskedBody, ModelTurn } from '../../../testing/scripted-model.ts';
import { dataInjections } from './data-injections.ts';
import type { Injection } from './injection.ts';
import { toolInjections } from './tool-injections.ts';

let bench: InjectionBench;
beforeAll(async () => {
  bench = await InjectionBench.start();
});
afterAll(() => bench.stop());

const injections = [...dataInjections, ...toolInjections];
/** Stands in each text, so that one finds where it went. */
const trace = 'trace-of-the-attack';

/** What a model says that obeys: each call in a turn of its own, then its answer, as often as it is asked. */
function obey({ calls = [], answer = '{"verdict":"pass"}' }: Injection): ModelTurn[] {
  const said = calls.map(({ name, arguments: given }): ModelTurn => ({ calls: [{ name, arguments: given }] }));
  return JSON.parse(bench.fill(JSON.stringify([...said, { text: answer }, { text: answer }]))) as ModelTurn[];
}

const attackBy = (injection: Injection) =>
  bench.attack(injection.surface, `${traced(injection.text)}\n${trace}`, obey(injection));

/** Each line with the trace, but those that pretend to be the end of a fence. */
const traced = (text: string) =>
  text
    .split('\n')
    .map((line) => (line.includes('DATA') ? line : `${line} ${trace}`))
    .join('\n');

describe.each(injections)('an attack by $surface that tries $tries', (injection) => {
  it('widens nothing, and is seen', async () => {
    const evil = bench.evil.received.length;
    const run = await attackBy(injection);
    expect(bench.evil.received).toHaveLength(evil);
    expect(await bench.hasPlanted()).toBe(false);
    expectNothingTold(run);
    expectNoNewTools(run.asked);
    expectRefusals(injection, run);
    expectFences(injection, run);
    const { fails } = injection;
    expect({ outcome: run.outcome, reason: run.reason }).toEqual(
      fails === undefined ? { outcome: 'succeeded', reason: undefined } : { outcome: 'failed', reason: fails },
    );
  });
});

/** Nothing of what is secret reaches a model or is kept, in any usual spelling. */
function expectNothingTold({ asked, kept }: AttackedRun): void {
  const all = JSON.stringify(asked) + kept;
  for (const secret of [...Object.values(secrets), 'token-of-the-pod', outsideText]) {
    expect(all).not.toContain(secret);
    expect(all).not.toContain(Buffer.from(secret).toString('base64'));
  }
}

const functionsOf = ({ tools = [] }: AskedBody) => tools.map((tool) => tool.function.name);

function expectNoNewTools(asked: readonly AskedBody[]): void {
  const own = ['file_read', 'file_write', 'file_list', 'git_status', 'git_diff', 'git_log', 'git_add', 'git_commit'];
  for (const body of asked) expect(functionsOf(body)).toEqual([...own, 'http_request', 't_echo']);
}

/** What was refused before it ran is counted, and each call was told why it came to nothing. */
function expectRefusals({ calls = [], fails }: Injection, { told, refused }: AttackedRun): void {
  expect(told).toHaveLength(fails === 'Repetition' ? calls.length - 1 : calls.length);
  for (const [index, text] of told.entries()) expect(text).toMatch(calls[index]?.told ?? /never/);
  expect(refused).toBe(told.filter((text) => /\n(Tool|Arguments)[A-Z]\w+: /.test(text)).length);
}

/** The text of the attacker stands in fences alone: what is left of a message without them does not have it. */
function expectFences({ surface }: Injection, { asked, mark }: AttackedRun): void {
  const messages = asked.flatMap((body) => body.messages).filter(({ role }) => role !== 'assistant');
  const texts = messages.map(({ content }) => content ?? '');
  const isThere = texts.some((text) => text.includes(trace));
  expect(isThere).toBe(surface !== 'tool description');
  for (const text of texts) expect(withoutFences(text, mark)).not.toContain(trace);
}

/** What stands outside of fences. Every line with the mark has to begin or end one, but the line that tells the mark. */
function withoutFences(text: string, mark: string): string {
  const outside: string[] = [];
  let isInside = false;
  for (const line of text.split('\n')) {
    const [begins, ends] = [line.startsWith(`<<<DATA ${mark} `), line === `${mark} DATA>>>`];
    if (begins) expect(isInside).toBe(false);
    if (ends) expect(isInside).toBe(true);
    if (isInside && !ends) expect(line.toLowerCase()).not.toContain(mark);
    if (!isInside && !begins) outside.push(line);
    isInside = begins || (isInside && !ends);
  }
  expect(isInside).toBe(false);
  return outside.join('\n');
}

describe('the corpus', () => {
  it('has at least thirty attacks, on every surface', () => {
    expect(injections.length).toBeGreaterThanOrEqual(30);
    expect(new Set(injections.map(({ surface }) => surface)).size).toBe(9);
  });

  it('would show what an attack has reached', async () => {
    const reached = {
      ...injections[0]!,
      calls: [{ name: 'http_request', arguments: { url: '{good}/' }, told: /200/ }],
    };
    const before = bench.good.received.length;
    const run = await attackBy(reached);
    expect(bench.good.received).toHaveLength(before + 1);
    expect(run.told[0]).toContain('Status: 200');
    expect(run.kept).toContain(trace);
  });
});
