import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { type AddressClass, classifyAddress } from './classify-address.ts';

const cases: Record<AddressClass, readonly string[]> = {
  public: ['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1', '2606:4700:4700::1111'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fd12:3456::1', 'fc00::1'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1'],
  linkLocal: ['169.254.0.1', 'fe80::1', 'fe80::1%eth0', '::ffff:169.254.1.1'],
  metadata: [
    '169.254.169.254',
    '169.254.170.2',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    'fd00:ec2::254',
    'fd20:ce::254',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
  ],
  special: [
    ...['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', '239.1.1.1', 'ff02::1', '255.255.255.255', '240.0.0.1'],
    ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '192.88.99.1', '2001:db8::1', '3fff::1'],
    ...[
      '::127.0.0.1',
      '::8.8.8.8',
      '::7f00:1',
      '::ffff:0:127.0.0.1',
      '64:ff9b:1::7f00:1',
      '2002:7f00:1::',
      '2001::1',
      'fec0::1',
    ],
    ...['100::1', '5f00::1', '4000::1', '', 'localhost', '1.2.3.4.5', 'fe80::zz'],
  ],
};

describe('classifyAddress', () => {
  for (const [expected, addresses] of Object.entries(cases)) {
    it.each(addresses)(`takes %s for ${expected}`, (address) => {
      expect(classifyAddress(address)).toBe(expected);
    });
  }

  it('says the same of an IPv4 address and of the IPv6 addresses that carry it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const found = classifyAddress(address);
        expect([classifyAddress(`::ffff:${address}`), classifyAddress(`64:ff9b::${address}`)]).toEqual([found, found]);
      }),
    );
  });

  it('takes no address outside of 2000::/3 for public that does not carry a public one', () => {
    fc.assert(
      fc.property(
        fc.ipV6().filter((address) => !/^[23]...:|ff9b|ffff/i.test(address)),
        (address) => {
          expect(classifyAddress(address)).not.toBe('public');
        },
      ),
    );
  });
});
