import { describe, expect, it } from 'vitest';
import { accessProblemOf } from './access-problem.ts';
import * as errors from './api-error.ts';

const target = { verb: 'create', resource: 'rayjobs.ray.io', namespace: 'a', name: 'b' };
const details = (code: number, said = 'no') => ({ target, code, reason: '', said });
const lost = { ...details(0), mayHaveTakenEffect: true };

describe('accessProblemOf', () => {
  it.each([
    ['taken', new errors.AlreadyExists(details(409))],
    ['changed', new errors.Conflict(details(409))],
    ['absent', new errors.NotFound(details(404, 'rayjobs.ray.io "b" not found'))],
    ['not-served', new errors.NotFound(details(404, 'the server could not find the requested resource'))],
    ['not-served', new errors.NotFound(details(404, '404 page not found'))],
    ['forbidden', new errors.Forbidden(details(403))],
    ['quota', new errors.Forbidden(details(403, 'pods "b" is forbidden: exceeded quota: small'))],
    ['invalid', new errors.Invalid(details(422))],
    ['invalid', new errors.TooLarge(details(413))],
    ['invalid', new errors.ApiError(details(405))],
    ['unavailable', new errors.ServerError(details(503))],
    ['unavailable', new errors.TooManyRequests(details(429))],
    ['unavailable', new errors.Unauthorized(details(401))],
    ['unavailable', new errors.Unreachable(lost)],
    ['unavailable', new errors.WriteRefused(details(0))],
  ])('calls it %s: %s', (kind, error) => {
    expect(accessProblemOf(error)).toEqual({ kind, message: error.message });
  });

  it('leaves mistakes of our own to whoever throws them', () => {
    expect(accessProblemOf(new TypeError('x'))).toBeUndefined();
  });
});
