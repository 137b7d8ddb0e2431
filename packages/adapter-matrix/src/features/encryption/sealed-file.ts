import { errorData, NatterError } from '@natter/core/model';
import { concat, fromBase64, toBase64 } from '@natter/wire';
import type { StartDigest } from '../../wire/digest.ts';
import { getMap, getText, type JsonMap } from '../../wire/json.ts';

const BLOCK = 16;

/** A file that is encrypted as it is read. */
export interface SealingFile {
  /** To be read once, to its end. As many bytes as the file has. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What opens it, but for its address: an `EncryptedFile`. Known when all bytes have been read. */
  opens(): Promise<JsonMap>;
}

/** A file that is decrypted as it comes. */
export interface OpeningFile {
  /** The next bytes, as they are without encryption. Nobody has vouched for them before {@link verify}. */
  open(sealed: Uint8Array): Promise<Uint8Array>;
  /** Bytes that came and were opened in an earlier attempt. */
  again(opened: Uint8Array): Promise<void>;
  /** At the end. Throws NatterError `protocol` when the bytes are not those that were sent. */
  verify(): Promise<void>;
}

/** Encrypts a file (Matrix 1.16, section "Sending encrypted attachments"), holding no more of it than one piece. */
export async function sealFile(
  bytes: AsyncIterable<Uint8Array>,
  startDigest: StartDigest,
): Promise<SealingFile> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const iv = new Uint8Array(BLOCK); // the counter's half begins with zeros
  crypto.getRandomValues(iv.subarray(0, BLOCK / 2));
  const stream = await CounterStream.open(key, iv);
  const digest = startDigest();
  async function* sealed(): AsyncGenerator<Uint8Array> {
    for await (const part of bytes) {
      const piece = await stream.apply(part);
      digest.update(piece);
      yield piece;
    }
  }
  return {
    bytes: sealed(),
    async opens() {
      const k = unpadded(key).replaceAll('+', '-').replaceAll('/', '_');
      return {
        v: 'v2',
        key: { kty: 'oct', key_ops: ['encrypt', 'decrypt'], alg: 'A256CTR', k, ext: true },
        iv: unpadded(iv),
        hashes: { sha256: unpadded(await digest.bytes()) },
      };
    },
  };
}

/** Begins to decrypt a file. Throws NatterError `protocol` when what opens it is not what it should be. */
export async function openFile(opens: JsonMap, startDigest: StartDigest): Promise<OpeningFile> {
  const key = read(getText(getMap(opens, 'key'), 'k'), 32);
  const iv = read(getText(opens, 'iv'), BLOCK);
  const hash = read(getText(getMap(opens, 'hashes'), 'sha256'), 32);
  if (key === null || iv === null || hash === null) throw notTheFile();
  const stream = await CounterStream.open(key, iv);
  const digest = startDigest();
  return {
    async open(sealed) {
      digest.update(sealed);
      return stream.apply(sealed);
    },
    async again(opened) {
      digest.update(await stream.apply(opened)); // the same stream makes the one of the other
    },
    async verify() {
      const found = await digest.bytes();
      if (!found.every((byte, at) => byte === hash[at])) throw notTheFile();
    },
  };
}

/** AES-CTR over pieces of any length. */
class CounterStream {
  readonly #key: CryptoKey;
  readonly #iv: Uint8Array;
  #position = 0;

  private constructor(key: CryptoKey, iv: Uint8Array) {
    this.#key = key;
    this.#iv = iv;
  }

  static async open(key: Uint8Array<ArrayBuffer>, iv: Uint8Array): Promise<CounterStream> {
    return new CounterStream(await crypto.subtle.importKey('raw', key, 'AES-CTR', false, ['encrypt']), iv);
  }

  async apply(piece: Uint8Array): Promise<Uint8Array> {
    const inside = this.#position % BLOCK;
    const algorithm = { name: 'AES-CTR', counter: this.#counter(), length: 64 };
    this.#position += piece.length;
    const whole = await crypto.subtle.encrypt(algorithm, this.#key, concat(new Uint8Array(inside), piece));
    return new Uint8Array(whole, inside);
  }

  #counter(): Uint8Array<ArrayBuffer> {
    const counter = Uint8Array.from(this.#iv);
    const view = new DataView(counter.buffer);
    const block = view.getBigUint64(BLOCK / 2) + BigInt(Math.floor(this.#position / BLOCK));
    view.setBigUint64(BLOCK / 2, BigInt.asUintN(64, block));
    return counter;
  }
}

function unpadded(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/=+$/, '');
}

/** Bytes of base64 of either alphabet, padded or not; null when they are not so many. */
function read(text: string | undefined, length: number): Uint8Array<ArrayBuffer> | null {
  if (text === undefined || text.length > 100) return null;
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  const bytes = fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, '='));
  return bytes?.length === length ? bytes : null;
}

function notTheFile(): NatterError {
  const message = 'the file is not the one that was sent: it cannot be opened';
  return new NatterError(errorData('protocol', message, { scope: 'transfer' }));
}
