/** Most file systems take 255 bytes; this leaves room for a number. */
const mostBytes = 200;

/** Names that Windows keeps for devices, whatever follows the first dot. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu;

/**
 * The name under which a file from the network may be stored: the last part of what its sender called it, without anything
 * that leads elsewhere, hides it, passes for an option, or moves a terminal's cursor.
 */
export function safeFileName(name: string): string {
  const last = name.normalize('NFC').split(/[/\\]/u).at(-1) ?? '';
  const plain = last
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}<>:"|?*]/gu, '_')
    .replace(/^[.\s~-]+/u, '')
    .replace(/[.\s]+$/u, '');
  const usable = plain === '' || devices.test(plain) ? `file-${plain}`.replace(/-$/u, '') : plain;
  return shorten(usable);
}

/** The same name with a number before its extension. */
export function numbered(name: string, count: number): string {
  if (count === 0) return name;
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)} (${count})${name.slice(dot)}` : `${name} (${count})`;
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= mostBytes) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : '';
  let stem = Array.from(name.slice(0, name.length - extension.length));
  while (Buffer.byteLength(stem.join('')) + Buffer.byteLength(extension) > mostBytes)
    stem = stem.slice(0, -1);
  return `${stem.join('')}${extension}`;
}
