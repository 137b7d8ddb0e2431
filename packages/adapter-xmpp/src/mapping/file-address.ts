/** Where a file is, and how to know it when it has come. */
export interface FileAddress {
  readonly url: string;
  /** SHA-256 in hexadecimal, when told. */
  readonly sha256: string | null;
  /** Bytes, when told. */
  readonly size: number | null;
}

/** What stands behind the address, where no server ever sees it. */
const PROOF = /^(https:[^#]*)#natter-(?:sha-256=([0-9a-f]{64}))?(?:;size=(\d{1,15}))?$/s;

/** Writes a {@link FileAddress} as the one text that is kept of it. */
export function formatFileAddress({ url, sha256, size }: FileAddress): string {
  const [bare = url] = url.split('#', 1);
  if (sha256 === null && size === null) return bare;
  return `${bare}#natter-${sha256 === null ? '' : `sha-256=${sha256}`}${size === null ? '' : `;size=${size}`}`;
}

/** Reads what {@link formatFileAddress} wrote; another text is the address itself. */
export function parseFileAddress(remote: string): FileAddress {
  const [, url, sha256, size] = PROOF.exec(remote) ?? [];
  if (url === undefined) return { url: remote, sha256: null, size: null };
  return { url, sha256: sha256 ?? null, size: size === undefined ? null : Number(size) };
}
