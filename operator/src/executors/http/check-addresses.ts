import { type AddressClass, classifyAddress } from './classify-address.ts';
import { HttpCallFailed } from './http-call-failed.ts';

/** What addresses a call may go to, beside public ones. */
export interface AddressRules {
  readonly allowPrivateNetworks: boolean;
  /** For our own tests: no Method can ask for it. */
  readonly allowLoopback: boolean;
}

const descriptions = {
  private: 'a private address',
  loopback: 'an address of this machine itself',
  linkLocal: 'a link-local address',
  metadata: "an address where clouds keep a machine's identity",
  special: 'an address that is not of the public Internet',
} as const satisfies Record<Exclude<AddressClass, 'public'>, string>;

/**
 * Throws `AddressNotAllowed` unless every address of a host may be called: a name of which one address leads inside is
 * not trusted with the others.
 */
export function checkAddresses(host: string, addresses: readonly string[], rules: AddressRules): void {
  for (const address of addresses) {
    const found = classifyAddress(address);
    if (found === 'public' || isAllowed(found, rules)) continue;
    const where = host === address || host === `[${address}]` ? host : `${host} is at ${address},`;
    const verb = where === host ? ' is' : '';
    const hint = found === 'private' ? '; allowPrivateNetworks of the Method lets it be called' : '';
    throw new HttpCallFailed('AddressNotAllowed', `${where}${verb} ${descriptions[found]}${hint}`);
  }
}

function isAllowed(found: AddressClass, { allowPrivateNetworks, allowLoopback }: AddressRules): boolean {
  return (found === 'private' && allowPrivateNetworks) || (found === 'loopback' && allowLoopback);
}
