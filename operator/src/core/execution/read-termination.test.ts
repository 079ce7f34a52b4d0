import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { AttemptOutcome } from '../work-item/observed.ts';
import type { TerminatedView } from './child-views.ts';
import { outcomeOf, parseTermination } from './read-termination.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const error = { reason: 'ModelDown', message: 'no model answers', retryable: true };

const said = (message: object) => JSON.stringify(message);

interface Case {
  readonly ended: TerminatedView;
  readonly outcome: AttemptOutcome;
}

const failure = (exitCode: number, more: Partial<AttemptOutcome> = {}): AttemptOutcome => ({
  ...{ result: 'Failed', exitCode, reason: 'ContainerFailed', retryable: true },
  message: `the container code ended with ${exitCode}`,
  ...more,
});

const cases: Record<string, Case> = {
  'that ended well without a word has succeeded with no outputs': {
    ended: { exitCode: 0, reason: 'Completed' },
    outcome: { result: 'Succeeded', outputs: {} },
  },
  'that says so has succeeded, with its outputs': {
    ended: { exitCode: 0, message: said({ outcome: 'succeeded', outputs: { answer: 42 } }) },
    outcome: { result: 'Succeeded', outputs: { answer: 42 } },
  },
  'may leave its outputs out': {
    ended: { exitCode: 0, message: said({ outcome: 'succeeded' }) },
    outcome: { result: 'Succeeded', outputs: {} },
  },
  'that uploaded its outputs says where they are, and not what': {
    ended: { exitCode: 0, message: said({ outcome: 'succeeded', digest, sizeBytes: 5_000, outputs: { part: 1 } }) },
    outcome: { result: 'Succeeded', outputsRef: { digest, sizeBytes: 5_000 } },
  },
  'may leave out how much it uploaded': {
    ended: { exitCode: 0, message: said({ outcome: 'succeeded', digest }) },
    outcome: { result: 'Succeeded', outputsRef: { digest, sizeBytes: 0 } },
  },
  'tells what it used when it succeeds': {
    ended: { exitCode: 0, message: said({ outcome: 'succeeded', usage: { promptTokens: 7 } }) },
    outcome: { result: 'Succeeded', outputs: {}, used: { promptTokens: 7 } },
  },
  'tells what it used when it fails': {
    ended: { exitCode: 10, message: said({ outcome: 'failed', usage: { promptTokens: 7 } }) },
    outcome: failure(10, { used: { promptTokens: 7 } }),
  },
  'that lost an answer does not know whether it was carried out': {
    ended: {
      exitCode: 20,
      message: said({ outcome: 'failed', error: { ...error, reason: 'AnswerLost', retryable: false } }),
    },
    outcome: { ...failure(20, { reason: 'AnswerLost', message: error.message, retryable: false }), result: 'Unknown' },
  },
  'that lost an answer that may be asked for again has failed': {
    ended: { exitCode: 10, message: said({ outcome: 'failed', error: { ...error, reason: 'AnswerLost' } }) },
    outcome: failure(10, { reason: 'AnswerLost', message: error.message }),
  },
  'names the artifact of its whole result when it succeeds': {
    ended: { exitCode: 0, message: said({ outcome: 'succeeded', resultDigest: digest }) },
    outcome: { result: 'Succeeded', outputs: {}, resultDigest: digest },
  },
  'names it when it fails, too': {
    ended: { exitCode: 10, message: said({ outcome: 'failed', resultDigest: digest }) },
    outcome: failure(10, { resultDigest: digest }),
  },
  'that ended well and cannot be understood has failed: its outputs are not lost quietly': {
    ended: { exitCode: 0, message: '{"outcome":"succeeded","outputs":{"ans' },
    outcome: {
      ...{ result: 'Failed', reason: 'ResultUnreadable', exitCode: 0, retryable: true },
      message:
        'the container code ended well, but its termination message cannot be read: {"outcome":"succeeded","outputs":{"ans',
    },
  },
  'that ended well and says that it failed has failed': {
    ended: { exitCode: 0, message: said({ outcome: 'failed', error }) },
    outcome: failure(0, { reason: 'ModelDown', message: 'no model answers' }),
  },
  'that ended badly and says that it succeeded has failed': {
    ended: { exitCode: 1, message: said({ outcome: 'succeeded', outputs: { answer: 42 } }) },
    outcome: failure(1),
  },
  'may be tried again after exit code 10': { ended: { exitCode: 10, reason: 'Error' }, outcome: failure(10) },
  'is not tried again after exit code 20': {
    ended: { exitCode: 20, reason: 'Error' },
    outcome: failure(20, { retryable: false }),
  },
  'has reached a limit with exit code 30, and is not tried again': {
    ended: { exitCode: 30, reason: 'Error' },
    outcome: failure(30, { reason: 'LimitReached', retryable: false }),
  },
  'has reached a limit when it says so': {
    ended: { exitCode: 10, message: said({ outcome: 'limit' }) },
    outcome: failure(10, { reason: 'LimitReached' }),
  },
  'may be tried again after any other exit code': { ended: { exitCode: 137 }, outcome: failure(137) },
  'says by itself whether it may be tried again, whatever its exit code': {
    ended: { exitCode: 20, message: said({ outcome: 'failed', error }) },
    outcome: failure(20, { reason: 'ModelDown', message: 'no model answers' }),
  },
  'says by itself that it may not be tried again': {
    ended: { exitCode: 10, message: said({ outcome: 'failed', error: { ...error, retryable: false } }) },
    outcome: failure(10, { reason: 'ModelDown', message: 'no model answers', retryable: false }),
  },
  'that Kubernetes ended has failed for the reason that Kubernetes gives': {
    ended: { exitCode: 137, reason: 'OOMKilled' },
    outcome: failure(137, { reason: 'OOMKilled' }),
  },
  'for which Kubernetes claims completion failed for a reason of ours': {
    ended: { exitCode: 1, reason: 'Completed' },
    outcome: failure(1),
  },
  'whose words follow no contract is quoted': {
    ended: { exitCode: 1, message: '\nTraceback: division by zero\n' },
    outcome: failure(1, { message: 'the container code ended with 1: Traceback: division by zero' }),
  },
  'whose words are blank is not quoted': { ended: { exitCode: 1, message: ' \n ' }, outcome: failure(1) },
};

describe('a container', () => {
  it.each(Object.entries(cases))('%s', (_, { ended, outcome }) => {
    expect(outcomeOf('code', ended)).toEqual(outcome);
  });

  it('that writes a book is quoted by its beginning', () => {
    expect(outcomeOf('code', { exitCode: 0, message: 'x'.repeat(4096) }).message?.length).toBeLessThan(300);
  });

  it('that ended badly has never succeeded, whatever it writes', () => {
    const message = fc.oneof(fc.string(), fc.json(), fc.constant(said({ outcome: 'succeeded' })));
    const property = fc.property(message, fc.integer({ min: 1, max: 255 }), (text, exitCode) => {
      expect(outcomeOf('code', { exitCode, message: text })).toMatchObject({ result: 'Failed', exitCode });
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe('a termination message', () => {
  it.each([
    ['is absent', undefined],
    ['is empty', ''],
    ['is no JSON', 'done'],
    ['is cut off', '{"outcome":"succ'],
    ['is of another form', '{"result":"ok"}'],
    ['has fields that nobody knows', '{"outcome":"succeeded","approved":true}'],
    ['is JSON, but no object', 'null'],
  ])('that %s says nothing', (_, text) => {
    expect(parseTermination(text)).toBeUndefined();
  });

  it('is read as it was written', () => {
    const written = { outcome: 'failed', error, usage: { promptTokens: 1 } };
    expect(parseTermination(said(written))).toEqual(written);
  });
});
