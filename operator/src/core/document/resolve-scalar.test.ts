import { describe, expect, test } from 'vitest';
import { resolvePlainScalar, resolveTaggedScalar } from './resolve-scalar.ts';

/** Every expectation was read off sigs.k8s.io/yaml 1.6, which kubectl 1.36 uses. */
const plain: readonly (readonly [text: string, value: unknown])[] = [
  ...(['true', 'True', 'TRUE', 'y', 'Yes', 'on', 'ON'] as const).map((text) => [text, true] as const),
  ...(['false', 'n', 'No', 'off', 'OFF'] as const).map((text) => [text, false] as const),
  ...(['', '~', 'null', 'NULL'] as const).map((text) => [text, null] as const),
  ['tRue', 'tRue'],
  ['nUll', 'nUll'],
  ['0', 0],
  ['-0', 0],
  ['+1', 1],
  ['0777', 511],
  ['-0777', -511],
  ['0o17', 15],
  ['0O17', 15],
  ['0x1F', 31],
  ['-0x1f', -31],
  ['0b11', 3],
  ['08', 8],
  ['0o8', '0o8'],
  ['0x', '0x'],
  ['1_000', 1000],
  ['1e3', 1000],
  ['1.', 1],
  ['.5', 0.5],
  ['-.5e+3', -500],
  ['._5', '._5'],
  ['1e400', '1e400'],
  ['9223372036854775807', 9223372036854775807],
  ['123456789012345678901234567890', 123456789012345678901234567890],
  ['2001-01-01', '2001-01-01'],
  ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
  ['1:30', '1:30'],
  ['-', '-'],
  ['+', '+'],
  ['.', '.'],
  ['1.2.3', '1.2.3'],
  ['500m', '500m'],
];

describe('resolvePlainScalar', () => {
  test.each(plain)('`%s` without quotes is %j', (text, value) => {
    const resolved = resolvePlainScalar(text);
    expect('value' in resolved && resolved.value === value).toBe(true);
  });

  test.each(['.inf', '-.INF', '+.Inf', '.nan'])('`%s` is refused, for JSON cannot hold it', (text) => {
    expect(resolvePlainScalar(text)).toEqual({ invalid: `${text} has no place in JSON` });
  });

  test.each([
    ['yes', 'BooleanWord'],
    ['y', 'BooleanWord'],
    ['OFF', 'BooleanWord'],
    ['0777', 'OctalNumber'],
    ['9223372036854775807', 'InexactNumber'],
    ['true', undefined],
    ['0', undefined],
    ['0o17', undefined],
    ['9007199254740992', undefined],
  ])('`%s` may surprise: %s', (text, surprise) => {
    expect((resolvePlainScalar(text) as { surprise?: string }).surprise).toBe(surprise);
  });
});

describe('resolveTaggedScalar', () => {
  const standard = (name: string) => `tag:yaml.org,2002:${name}`;
  test.each([
    ['!', 'yes', 'yes'],
    [standard('str'), '0777', '0777'],
    [standard('timestamp'), '2001-01-01', '2001-01-01'],
    [standard('int'), '1_0', 10],
    [standard('float'), '3', 3],
    [standard('bool'), 'yes', true],
    [standard('null'), '', null],
  ])('%s %s is %j', (tag, text, value) => {
    expect(resolveTaggedScalar(tag, text)).toEqual({ value });
  });

  test.each([
    [standard('int'), '3.0', '"3.0" is no !!int'],
    [standard('bool'), '1', '"1" is no !!bool'],
    [standard('null'), 'x', '"x" is no !!null'],
    [standard('binary'), 'aGk=', 'unknown tag "!!binary"'],
    [standard('js/function'), 'x', 'unknown tag "!!js/function"'],
    ['!custom', 'x', 'unknown tag "!custom"'],
  ])('%s %s is refused', (tag, text, invalid) => {
    expect(resolveTaggedScalar(tag, text)).toEqual({ invalid });
  });
});
