import { describe, expect, it } from 'vitest';
import * as errors from './api-error.ts';
import { apiErrorFromResponse, apiErrorFromStatus } from './status-error.ts';

const target = { verb: 'update', resource: 'workitems.conclave.dev/status', namespace: 'team', name: 'story-1' };

function errorOf(code: number, reason: string, extra: object = {}): errors.ApiError {
  const body = JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message: 'no', ...extra });
  return apiErrorFromResponse(target, { code, body });
}

describe('status error', () => {
  it.each([
    [400, 'BadRequest', errors.Invalid],
    [401, 'Unauthorized', errors.Unauthorized],
    [403, 'Forbidden', errors.Forbidden],
    [404, 'NotFound', errors.NotFound],
    [405, 'MethodNotAllowed', errors.ApiError],
    [409, 'Conflict', errors.Conflict],
    [409, 'AlreadyExists', errors.AlreadyExists],
    [410, 'Expired', errors.Gone],
    [410, 'Gone', errors.Gone],
    [413, 'RequestEntityTooLarge', errors.TooLarge],
    [422, 'Invalid', errors.Invalid],
    [429, 'TooManyRequests', errors.TooManyRequests],
    [500, 'InternalError', errors.ServerError],
    [503, 'ServiceUnavailable', errors.ServerError],
    [504, 'Timeout', errors.ServerError],
  ])('makes %d %s its class', (code, reason, expected) => {
    const error = errorOf(code, reason);
    expect(error.constructor).toBe(expected);
    expect([error.code, error.reason, error.target]).toEqual([code, reason, target]);
  });

  it("takes etcd's size limit, a 500, for what it is", () => {
    expect(errorOf(500, '', { message: 'etcdserver: request is too large' })).toBeInstanceOf(errors.TooLarge);
  });

  it('says verb, resource, object, what the server said, where, and what to do', () => {
    const causes = [{ field: 'spec.steps[0].name', reason: 'FieldValueInvalid', message: 'must not be empty' }];
    const error = errorOf(422, 'Invalid', { message: 'WorkItem is invalid', details: { causes } });
    expect(error.causes).toEqual(causes);
    expect(error.message).toBe(
      'update workitems.conclave.dev/status team/story-1: WorkItem is invalid (422 Invalid); ' +
        'spec.steps[0].name: must not be empty — correct these fields',
    );
  });

  it.each([
    ["the Status object's seconds", '{"kind":"Status","details":{"retryAfterSeconds":7}}', '3', 7_000],
    ['the header in seconds', 'slow down', '3', 3_000],
    ['a second when nobody says', 'slow down', undefined, 1_000],
    ['a second when the header is nonsense', 'slow down', 'soon', 1_000],
  ])('waits after a 429 by %s', (_, body, retryAfter, expected) => {
    expect(apiErrorFromResponse(target, { code: 429, body, retryAfter }).retryAfterMs).toBe(expected);
  });

  it.each([
    ['{"kind":"Status","code":503,"details":{"retryAfterSeconds":86400}}', undefined],
    ['back soon', '86400'],
    ['back soon', new Date(Date.now() + 86_400_000).toUTCString()],
  ])('waits a minute at most, whoever asks for a day: it may be well long before', (body, retryAfter) => {
    expect(apiErrorFromResponse(target, { code: 503, body, retryAfter }).retryAfterMs).toBe(60_000);
  });

  it('reads a Retry-After that is a date', () => {
    const retryAfter = new Date(Date.now() + 10_000).toUTCString();
    const error = apiErrorFromResponse(target, { code: 503, body: '', retryAfter });
    expect(error.retryAfterMs).toBeGreaterThan(8_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(10_000);
  });

  it('quotes briefly what a proxy in between answered', () => {
    const error = apiErrorFromResponse(target, { code: 502, body: `<html>\n<h1>Bad Gateway</h1>${'x'.repeat(9_000)}` });
    expect(error).toBeInstanceOf(errors.ServerError);
    expect(error.message).toContain('<html> <h1>Bad Gateway</h1>xxx');
    expect(error.message.length).toBeLessThan(500);
  });

  it('distinguishes a missing kind from a missing object', () => {
    expect(errorOf(404, 'NotFound').message).not.toContain('CustomResourceDefinitions');
    const unknown = errorOf(404, 'NotFound', { message: 'the server could not find the requested resource' });
    expect(unknown.message).toContain('are the CustomResourceDefinitions installed?');
  });

  it('makes an error of the object in an ERROR event of a watch, whatever it is', () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 1 (9)' };
    expect(apiErrorFromStatus(target, status)).toBeInstanceOf(errors.Gone);
    expect(apiErrorFromStatus(target, { code: 'x', details: { causes: [null, 3] } }).causes).toEqual([]);
    expect(apiErrorFromStatus(target, null).message).toContain('null');
    expect(apiErrorFromStatus(target, undefined)).toBeInstanceOf(errors.ApiError);
  });
});
