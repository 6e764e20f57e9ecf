/** Which addresses are of the public internet: a server that we fetch from must not send us to anything else. */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Not loopback, link-local, private, shared, reserved, multicast, or an IPv6 address that stands for one of those in IPv4. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  return isIP(bare) !== 0 && ipaddr.process(bare).range() === 'unicast';
}

/** A lookup that fails where a name leads to an address that is not public; checked at the moment of connecting. */
export function publicLookup(lookup: LookupFunction = dnsLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, found: string | LookupAddress[], family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address);
      const bad = error ? undefined : addresses.find((address) => !isPublicAddress(address));
      if (bad === undefined) callback(error, found as string, family as number);
      else callback(new PrivateAddressError(hostname, bad), found as string, family as number);
    });
  };
}

export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';

  constructor(host: string, address: string) {
    super(`${host} is ${address}, which is no public address`);
  }
}
