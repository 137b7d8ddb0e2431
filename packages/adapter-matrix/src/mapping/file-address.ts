import { getMap, getText, parseJson, type JsonMap } from '../wire/json.ts';
import { readMediaAddress, type MediaAddress } from './media.ts';

/** Where a file is, and with what it is opened. */
export interface FileAddress {
  readonly address: MediaAddress;
  readonly url: string;
  /** An `EncryptedFile` (Matrix 1.16, section "Sending encrypted attachments"); null for one in the clear. */
  readonly sealed: JsonMap | null;
}

/** Reads what an attachment keeps of its file; null for what leads nowhere or elsewhere. */
export function readFileAddress(remote: string): FileAddress | null {
  const sealed = remote.startsWith('{') ? parsed(remote) : null;
  const url = sealed === null ? remote : getText(sealed, 'url');
  const address = readMediaAddress(url);
  return address === null || url === undefined ? null : { address, url, sealed };
}

/** What an attachment keeps of an encrypted file: what is needed to open it, and nothing else. */
export function writeSealed(file: JsonMap): string | null {
  const [url, iv, v] = [getText(file, 'url'), getText(file, 'iv'), getText(file, 'v')];
  const [key, hashes] = [getMap(file, 'key'), getMap(file, 'hashes')];
  if (url === undefined || iv === undefined || key === undefined || hashes === undefined) return null;
  return JSON.stringify({ url, key, iv, hashes, v: v ?? 'v2' });
}

function parsed(remote: string): JsonMap | null {
  try {
    return parseJson(remote, 10);
  } catch {
    return null;
  }
}
