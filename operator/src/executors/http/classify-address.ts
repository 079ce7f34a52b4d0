import ipaddr from 'ipaddr.js';

/** What an address leads to, as far as it matters to whoever must not be led there. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'linkLocal' | 'metadata' | 'special';

/**
 * Where clouds keep the identity of a machine. Some of these stand in ranges that are private or even public: AWS and most
 * others, AWS over IPv6, Google over IPv6, Alibaba, Oracle, Azure.
 */
const METADATA: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
]);

const classes: ReadonlyMap<string, AddressClass> = new Map([
  ['private', 'private'],
  ['carrierGradeNat', 'private'],
  ['uniqueLocal', 'private'],
  ['loopback', 'loopback'],
  ['linkLocal', 'linkLocal'],
]);

/** First bits of the addresses that the public Internet uses over IPv6: 2000::/3. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Addresses that carry one of IPv4 in their last 32 bits: the same host by another name. IPv4-mapped, and NAT64. */
const CARRIERS = ['::ffff:0:0/96', '64:ff9b::/96'].map((range) => ipaddr.IPv6.parseCIDR(range));

/** The class of an IP address; what is no address, or in no range that is known to be harmless, is `special`. */
export function classifyAddress(address: string): AddressClass {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return classifyIpv4(ipaddr.IPv4.parse(address));
  const plain = plainIpv6(address);
  return plain === undefined ? 'special' : classifyIpv6(ipaddr.IPv6.parse(plain));
}

/**
 * An IPv6 address without its zone and without dots. The library takes `::1.2.3.4` for `::ffff:1.2.3.4`, which is another
 * address; URLs know better.
 */
function plainIpv6(address: string): string | undefined {
  return URL.parse(`http://[${address.replace(/%.*$/s, '')}]/`)?.hostname.slice(1, -1);
}

function classifyIpv4(address: ipaddr.IPv4): AddressClass {
  if (METADATA.has(address.toString())) return 'metadata';
  const range = address.range();
  return range === 'unicast' ? 'public' : (classes.get(range) ?? 'special');
}

function classifyIpv6(address: ipaddr.IPv6): AddressClass {
  if (METADATA.has(address.toString())) return 'metadata';
  if (CARRIERS.some((range) => address.match(range))) {
    return classifyIpv4(new ipaddr.IPv4(address.toByteArray().slice(12)));
  }
  const range = address.range();
  if (range === 'unicast') return address.match(GLOBAL_UNICAST) ? 'public' : 'special';
  return classes.get(range) ?? 'special';
}
