import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { PlannedRun } from '../../testing/planned-run.ts';
import { approval, call } from '../../testing/planning-case.ts';
import { digestOf } from '../digest.ts';
import { mostShownBytes } from './gate-excerpts.ts';

/** Plans with `plan`, and asks whether the plan is good; a rejection sends it back. */
const steps = [call('plan'), approval('ok', { dependsOn: ['plan'], returnTo: 'plan' })];

const gateOf = (run: PlannedRun, name = 'ok') => run.status.gates?.find((gate) => gate.name === name);
const bytesOf = (text = '') => new TextEncoder().encode(text).length;

describe('what a gate shows', () => {
  it('stands in status whole, with the digest of the artifact', () => {
    const run = new PlannedRun({ steps }).succeed('plan', { text: 'first' });
    const { shown = '', content } = gateOf(run) ?? {};
    expect(JSON.parse(shown)).toEqual({ plan: { text: 'first' } });
    expect(digestOf(JSON.parse(shown))).toBe(content);
    expect(gateOf(run)).not.toHaveProperty('previousShown');
  });

  it('stands beside what it showed in the round before, as long as people are asked', () => {
    const run = new PlannedRun({ steps }).succeed('plan', { text: 'first' });
    run.decide('ok', 'rejected').succeed('plan', { text: 'second' });
    const { previousShown = '', previousContent, shown = '' } = gateOf(run) ?? {};
    expect(JSON.parse(previousShown)).toEqual({ plan: { text: 'first' } });
    expect(digestOf(JSON.parse(previousShown))).toBe(previousContent);
    expect(JSON.parse(shown)).toEqual({ plan: { text: 'second' } });
  });

  it('is only its beginning when it is too large, and then it is compared with nothing', () => {
    const run = new PlannedRun({ steps }).succeed('plan', { text: `ä${'𝄞'.repeat(5_000)}` });
    run.decide('ok', 'rejected').succeed('plan', { text: `ö${'𝄞'.repeat(5_000)}` });
    const { shown = '' } = gateOf(run) ?? {};
    expect(shown).toMatch(/^\{"plan":\{"text":"ö(𝄞)+$/u);
    expect(mostShownBytes.gate - bytesOf(shown)).toBeLessThan(4);
  });

  it('is gone when the run has ended', () => {
    const run = new PlannedRun({ steps }).succeed('plan', { text: 'first' }).decide('ok', 'approved');
    expect(run.status.phase).toBe('Succeeded');
    expect(gateOf(run)).toMatchObject({ state: 'Approved' });
    expect(gateOf(run)).not.toHaveProperty('shown');
  });

  it('gives way to what is asked elsewhere once it is decided', () => {
    const names = ['a', 'b', 'c'];
    const large = { text: 'x'.repeat(9_000) };
    const run = new PlannedRun({
      steps: names.flatMap((name, index) => [
        call(name, { dependsOn: names.slice(0, index).map((before) => `ok-${before}`) }),
        approval(`ok-${name}`, { dependsOn: [name] }),
      ]),
    });
    for (const name of ['a', 'b']) run.succeed(name, large).decide(`ok-${name}`, 'approved');
    expect(gateOf(run, 'ok-a')?.shown).toHaveLength(mostShownBytes.gate);
    expect(gateOf(run, 'ok-b')?.shown).toHaveLength(mostShownBytes.gate);
    run.succeed('c', large);
    expect(names.map((name) => gateOf(run, `ok-${name}`)?.shown?.length)).toEqual([
      undefined,
      undefined,
      mostShownBytes.gate,
    ]);
  });

  it('never takes more room than there is, and never cuts a character in two', () => {
    const gate = fc.record({
      text: fc.string({ unit: 'binary', maxLength: 4_000 }),
      copies: fc.integer({ min: 1, max: 4 }),
      rejections: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(gate, { minLength: 1, maxLength: 8 }), (gates) => {
        const run = new PlannedRun({
          steps: gates.flatMap((_, at) => [
            call(`s${at}`),
            approval(`ok${at}`, { dependsOn: [`s${at}`], returnTo: `s${at}` }),
          ]),
        });
        for (const [at, { text, copies, rejections }] of gates.entries())
          for (let round = 0; round <= rejections; round += 1) {
            if (round > 0) run.decide(`ok${at}`, 'rejected');
            run.succeed(`s${at}`, outputsOf(text, copies, round));
          }
        const asked = run.status.gates ?? [];
        const texts = asked.flatMap(({ shown = '', previousShown = '' }) => [shown, previousShown]);
        expect(texts.reduce((sum, each) => sum + bytesOf(each), 0)).toBeLessThanOrEqual(mostShownBytes.run);
        for (const text of texts) expect(text.isWellFormed()).toBe(true);
        for (const { content, shown = '', previousContent, previousShown } of asked) {
          if (bytesOf(shown) < mostShownBytes.gate && isWhole(shown)) expect(digestOf(JSON.parse(shown))).toBe(content);
          if (previousShown !== undefined && isWhole(previousShown))
            expect(digestOf(JSON.parse(previousShown))).toBe(previousContent);
        }
      }),
      { numRuns: 30 },
    );
  });
});

const outputsOf = (text: string, copies: number, round: number): JsonObject => ({ text: text.repeat(copies), round });

function isWhole(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
