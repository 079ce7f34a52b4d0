import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { judgeObject, type ObjectExpectation } from './judge-object.ts';

const rayJob: ObjectExpectation = {
  success: 'object.status.jobStatus == "SUCCEEDED"',
  failure: 'object.status.jobStatus == "FAILED"',
};
const trainJob: ObjectExpectation = {
  success: 'object.status.conditions.exists(c, c.type == "Complete" && c.status == "True")',
  failure: 'object.status.conditions.exists(c, c.type == "Failed" && c.status == "True")',
};
const job: ObjectExpectation = { success: 'object.status.succeeded > 0', failure: 'object.status.failed > 0' };

const judge = (status: JsonObject | undefined, expectation: ObjectExpectation) =>
  judgeObject(
    { apiVersion: 'a/v1', kind: 'Train', metadata: { name: 'x' }, ...(status !== undefined && { status }) },
    expectation,
  );

describe('judgeObject', () => {
  it.each([
    ['has no status yet', undefined, 'Train x was not taken up yet'],
    ['has an empty status', {}, 'Train x runs'],
    ['says that it runs', { jobStatus: 'RUNNING' }, 'Train x is RUNNING'],
  ])('waits for an object that %s', (_, status, message) => {
    expect(judge(status, rayJob)).toEqual({ state: 'running', message });
  });

  it('waits for an object whose conditions say nothing of the end', () => {
    const conditions = [{ type: 'Created', status: 'True' }, { type: 'Complete', status: 'False' }, 'no condition'];
    expect(judge({ conditions }, trainJob)).toEqual({ state: 'running', message: 'Train x is Created' });
  });

  it('waits while a list that the expression reads has no items', () => {
    const success = 'object.status.conditions[0].type == "Complete"';
    expect(judge({ conditions: [] }, { success })).toMatchObject({ state: 'running' });
  });

  it('takes outputs from one that has succeeded', () => {
    const outputs = { model: 'object.status.model', epochs: 'object.status.epochs + 0' };
    const verdict = judge({ jobStatus: 'SUCCEEDED', model: 's3://m', epochs: 3 }, { ...rayJob, outputs });
    expect(verdict).toEqual({ state: 'succeeded', outputs: { model: 's3://m', epochs: 3 } });
  });

  it('takes success before failures on the way', () => {
    expect(judge({ succeeded: 1, failed: 2 }, job)).toEqual({ state: 'succeeded', outputs: {} });
  });

  it('says that outputs are not there yet', () => {
    const outputs = { model: 'object.status.model' };
    expect(judge({ jobStatus: 'SUCCEEDED' }, { ...rayJob, outputs })).toEqual({
      state: 'incomplete',
      message: 'it has succeeded, but does not show what makes model (object.status.model)',
    });
  });

  it.each([
    [
      'by its condition',
      { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'too many' }] },
      trainJob,
      { reason: 'BackoffLimitExceeded', message: 'Train x failed: BackoffLimitExceeded: too many' },
    ],
    [
      'by a condition that gives no reason, beside things that are none',
      { conditions: [null, { type: 'Failed', status: 'True', message: 'too many' }] },
      trainJob,
      { reason: 'Failed', message: 'Train x failed: Failed: too many' },
    ],
    [
      'without a status',
      undefined,
      { success: 'false', failure: 'true' },
      { reason: 'ObjectFailed', message: 'Train x failed and does not say why' },
    ],
    [
      'by the fields that RayJob has',
      { jobStatus: 'FAILED', reason: 'AppFailed', message: 'exit 1' },
      rayJob,
      { reason: 'AppFailed', message: 'Train x failed: AppFailed: exit 1' },
    ],
    [
      'by a condition that is not met',
      { jobStatus: 'FAILED', conditions: [{ type: 'Succeeded', status: 'False', reason: 'some words' }] },
      rayJob,
      { reason: 'ObjectFailed', message: 'Train x failed: some words' },
    ],
    [
      'not at all',
      { jobStatus: 'FAILED' },
      rayJob,
      { reason: 'ObjectFailed', message: 'Train x failed and does not say why' },
    ],
  ])('tells why one has failed: %s', (_, status, expectation, failure) => {
    expect(judge(status, expectation)).toEqual({ state: 'failed', retryable: true, ...failure });
  });

  it.each([
    ['success', 'object.status.jobStatus', 'expected true or false'],
    ['success', 'objct.status == 1', "there is no 'objct' here"],
    ['success', '{{inputs.x}} == 1', "there is no 'inputs.x' here"],
    ['failure', 'object.status.', 'Expected a name'],
    ['failure', 'object.status.jobStatus > 3', 'no such overload'],
  ])('ends at once when `%s` is %s, which can never work', (field, text, message) => {
    const verdict = judge({ jobStatus: 'RUNNING' }, { success: 'false', [field]: text });
    expect(verdict).toMatchObject({ state: 'failed', reason: 'ExpressionFailed', retryable: false });
    expect(verdict).toHaveProperty(
      'message',
      expect.stringMatching(`^spec.object.${field} of the Method: .*${message}`),
    );
  });

  it('refuses outputs that the Method does not promise', () => {
    const schema = { type: 'object', properties: { loss: { type: 'number' } } };
    const outputs = { loss: 'object.status.jobStatus' };
    expect(judge({ jobStatus: 'SUCCEEDED' }, { ...rayJob, outputs, schema })).toMatchObject({
      ...{ state: 'failed', reason: 'SchemaMismatch', retryable: false },
      message: expect.stringContaining('outputs.loss'),
    });
  });

  it('ends when the schema of the outputs cannot be used', () => {
    const schema = { $ref: 'https://elsewhere.example/schema' };
    expect(judge({ jobStatus: 'SUCCEEDED' }, { ...rayJob, schema })).toMatchObject({
      ...{ state: 'failed', reason: 'SchemaMismatch', retryable: false },
      message: expect.stringMatching(/^spec\.outputs of the Method cannot be used as a schema: /) as string,
    });
  });

  it('ends when an output can never be made', () => {
    const outputs = { loss: 'object.status.jobStatus - 1' };
    expect(judge({ jobStatus: 'SUCCEEDED' }, { ...rayJob, outputs })).toMatchObject({
      ...{ state: 'failed', reason: 'ExpressionFailed' },
    });
  });
});
