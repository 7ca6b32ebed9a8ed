import ipaddr from 'ipaddr.js';

/** What the Internet's registry calls global unicast; all the rest of IPv6 is for some purpose of its own. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** Among public addresses, and yet answered by the host that a virtual machine runs on (Azure's). */
const PLATFORM = '168.63.129.16';

/**
 * Whether an address is one of the public Internet: not private, loopback, link-local (where clouds keep credentials),
 * carrier-grade NAT, multicast, reserved or unspecified, nor an IPv6 address that stands for an IPv4 one (mapped, compatible,
 * NAT64, 6to4, Teredo, ISATAP).
 * @param text in the form in which a resolver gives it
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv6
    ? address.match(GLOBAL_UNICAST) && !isIsatap(address)
    : address.toString() !== PLATFORM;
}

/** One whose interface holds an IPv4 address (RFC 5214, 6.1): 0000:5efe or 0200:5efe before it. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  const [high, low] = parts.slice(4);
  return (high === 0 || high === 0x200) && low === 0x5efe;
}
