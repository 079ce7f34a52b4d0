import { expect, it } from 'vitest';
import { parseResolvers } from './host-link.ts';

it('parseResolvers reads the addresses of a resolv.conf', () => {
  const text =
    '# nameserver 9.9.9.9\nsearch example.com\nnameserver 10.255.255.53\n  nameserver\t::1\noptions ndots:1\n';
  expect(parseResolvers(text)).toEqual(['10.255.255.53', '::1']);
});
