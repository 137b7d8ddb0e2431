/** Where a file is kept: `mxc://server/id`. */
export interface MediaAddress {
  readonly server: string;
  readonly id: string;
}

/**
 * Reads an mxc address. Null for everything whose parts are not exactly what the specification allows: a part with a
 * slash or dots would lead a request with our token anywhere (CVE-2024-50336).
 */
export function readMediaAddress(address: unknown): MediaAddress | null {
  if (typeof address !== 'string' || address.length > 1024) return null;
  const match =
    /^mxc:\/\/([A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?)\/([A-Za-z0-9_-]+)$/.exec(address);
  if (match === null) return null;
  const [, server = '', id = ''] = match;
  return /^\.+$/.test(server) ? null : { server, id };
}
