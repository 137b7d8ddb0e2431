/** The name of this machine, ::1, and the addresses that stand for "here" (RFC 1122 section 3.2.1.3). */
const HERE: readonly string[] = ['localhost', '::1', '0.0.0.0', '::'];

/**
 * Whether what is said to a host stays on this machine, so that it needs no encryption: a name, or an address, also in the
 * brackets of a URL, or as IPv4 in IPv6.
 */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:/i, '');
  return HERE.includes(bare) || /^127(?:\.\d{1,3}){3}$/.test(bare);
}
