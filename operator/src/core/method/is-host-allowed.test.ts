import { describe, expect, it } from 'vitest';
import { isHostAllowed } from './is-host-allowed.ts';

describe('isHostAllowed', () => {
  it.each([
    ['any host without a list', 'x.test', undefined, true],
    ['none with an empty one', 'x.test', [], false],
    ['the host itself', 'x.test', ['y.test', 'x.test'], true],
    ['the host in other letters', 'X.Test', ['x.tesT'], true],
    ['the host with a dot at its end', 'x.test.', ['x.test'], true],
    ['the host of an entry with a dot at its end', 'x.test', ['x.test.'], true],
    ['no subdomain', 'a.x.test', ['x.test'], false],
    ['a subdomain', 'a.x.test', ['*.x.test'], true],
    ['a subdomain of a subdomain', 'a.b.x.test', ['*.x.test'], true],
    ['not the domain itself', 'x.test', ['*.x.test'], false],
    ['no name that ends alike', 'evilx.test', ['*.x.test', 'x.test'], false],
    ['no name with an empty part before it', '.x.test', ['*.x.test'], false],
    ['no name that begins alike', 'x.test.evil.com', ['x.test', '*.x.test'], false],
    ['nothing by a star alone', 'x.test', ['*.', '*'], false],
    ['an address', '10.0.0.1', ['10.0.0.1'], true],
    ['an address of IPv6, with brackets or without', '[2001:db8::1]', ['2001:db8:0::1', '[2001:db8::1]'], true],
    ['a name in other scripts as its ASCII', 'xn--mnchen-3ya.test', ['münchen.test'], true],
  ])('allows %s', (_, host, allowed, expected) => {
    expect(isHostAllowed(host, allowed)).toBe(expected);
  });
});
