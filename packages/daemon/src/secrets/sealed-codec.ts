import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import type { SecretCodec } from './file-secrets.ts';
import type { PassphraseSource } from './passphrase.ts';
import { secretError } from './profile-secrets.ts';

/** The file's envelope; bytes are base64. */
interface Envelope {
  readonly natter: 'secrets';
  readonly v: 1;
  readonly kdf: {
    readonly name: 'scrypt';
    readonly N: number;
    readonly r: number;
    readonly p: number;
    readonly salt: string;
  };
  readonly cipher: 'aes-256-gcm';
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

/** What the key was made with; kept so that later writes need no passphrase. */
interface Sealing {
  readonly key: Buffer;
  readonly kdf: Envelope['kdf'];
}

// OWASP password storage, scrypt: 128 MiB and about half a second, once per start of the daemon.
const cost = { N: 2 ** 17, r: 8, p: 1 };
/** What a file may ask of us at most, or a forged one could exhaust the machine: 1 GiB, and sixteen times our own cost. */
const mostMemory = 2 ** 30;
const mostWork = 16 * cost.N * cost.r * cost.p;

/** AES-256-GCM under a key that scrypt makes of a passphrase. Each write has a fresh nonce. */
export class SealedCodec implements SecretCodec {
  readonly #passphrase: PassphraseSource;
  #sealing: Sealing | null = null;

  constructor(passphrase: PassphraseSource) {
    this.#passphrase = passphrase;
  }

  async prepare(): Promise<void> {
    const kdf: Envelope['kdf'] = { name: 'scrypt', ...cost, salt: randomBytes(16).toString('base64') };
    this.#sealing ??= { kdf, key: await deriveKey(await this.#passphrase('create', 1), kdf) };
  }

  async encode(text: string): Promise<string> {
    await this.prepare();
    if (this.#sealing === null) throw secretError('the secrets file is locked');
    const { key, kdf } = this.#sealing;
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    cipher.setAAD(Buffer.from(JSON.stringify(kdf)));
    const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    const envelope: Envelope = {
      natter: 'secrets',
      v: 1,
      kdf,
      cipher: 'aes-256-gcm',
      iv: iv.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
      data: data.toString('base64'),
    };
    return `${JSON.stringify(envelope)}\n`;
  }

  async decode(content: string, file: string): Promise<string> {
    const envelope = parseEnvelope(content, file);
    for (let attempt = 1; ; attempt += 1) {
      const key = await deriveKey(await this.#passphrase('open', attempt), envelope.kdf);
      const text = unseal(envelope, key);
      if (text === null) {
        if (attempt < 3 && this.#passphrase.again) continue;
        throw secretError(`the passphrase does not open ${file}, or the file is damaged`);
      }
      this.#sealing = { key, kdf: envelope.kdf };
      return text;
    }
  }
}

/** `null` when the key is wrong or the file was changed: the two cannot be told apart. */
function unseal(envelope: Envelope, key: Buffer): string | null {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(envelope.iv, 'base64'), {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(JSON.stringify(envelope.kdf)));
  decipher.setAuthTag(Buffer.from(envelope.tag, 'base64'));
  try {
    return Buffer.concat([decipher.update(Buffer.from(envelope.data, 'base64')), decipher.final()]).toString(
      'utf8',
    );
  } catch {
    return null;
  }
}

function parseEnvelope(content: string, file: string): Envelope {
  const value = readJson(content);
  if (!isEnvelope(value))
    throw secretError(
      `${file} is not an encrypted secrets file of natter; restore it from a backup or move it away`,
    );
  if (value.v !== 1) throw secretError(`${file} was written by a newer natter; update this one`);
  return value;
}

/** `null` for what is no JSON. */
function readJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

/** Whether every part is there and as long as the cipher wants it; a version to come may have more of them. */
function isEnvelope(value: unknown): value is Envelope {
  if (!isObject(value) || !isObject(value['kdf'])) return false;
  const { natter, v, kdf, cipher, iv, tag, data } = value;
  const known = natter === 'secrets' && cipher === 'aes-256-gcm' && kdf['name'] === 'scrypt';
  const numbers = [v, kdf['N'], kdf['r'], kdf['p']].every((each) => Number.isSafeInteger(each));
  const lengths = isBase64(iv, 12) && isBase64(tag, 16) && isBase64(data) && isBase64(kdf['salt']);
  return known && numbers && lengths;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isBase64(value: unknown, bytes?: number): boolean {
  return typeof value === 'string' && (bytes === undefined || Buffer.from(value, 'base64').length === bytes);
}

async function deriveKey(passphrase: string, kdf: Envelope['kdf']): Promise<Buffer> {
  const { N, r, p } = kdf;
  const memory = 128 * N * r + 128 * r * p;
  if (!(N > 1 && r > 0 && p > 0 && memory <= mostMemory && N * r * p <= mostWork))
    throw secretError('the secrets file asks for too much memory or time to be opened');
  if (!Number.isInteger(Math.log2(N))) throw secretError('the secrets file is damaged: its cost is none');
  const salt = Buffer.from(kdf.salt, 'base64');
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, { N, r, p, maxmem: memory + 2 ** 20 }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
