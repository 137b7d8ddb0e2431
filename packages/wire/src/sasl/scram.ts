import { LinkError } from '../link-error.ts';
import { concat, equalBytes, fromBase64, text, toBase64, utf8 } from '../bytes.ts';
import type { ChannelBinding, Credentials, Mechanism } from './mechanism.ts';
import { saltPassword, type ScramHash } from './salted-password.ts';
import { saslprep } from './saslprep.ts';

/** How a SCRAM exchange is tied to its channel (RFC 5802 section 6, the gs2 header). */
export type GsBinding =
  | { readonly flag: 'p'; readonly binding: ChannelBinding } // -PLUS: bound
  | { readonly flag: 'y' } // we could bind, the server offered no -PLUS: a stripped offer is found out by the server
  | { readonly flag: 'n' }; // we cannot bind

/** What the server seemed to offer, to be compared with what it says that it did (XEP-0474). */
export interface ScramOffer {
  readonly mechanisms: readonly string[];
  /** Types of channel binding (XEP-0440), or null when none were listed. */
  readonly bindingTypes: readonly string[] | null;
  /** Refuses a server that does not say what it offered. */
  readonly signatureWanted?: boolean;
}

/** SCRAM (RFC 5802, RFC 7677) over WebCrypto, so that browsers have it too. */
export class Scram implements Mechanism {
  readonly name: string;
  readonly #hash: ScramHash;
  readonly #credentials: Credentials;
  readonly #gs2: Uint8Array;
  readonly #gs2Header: string;
  readonly #nonce: string;
  readonly #offer: ScramOffer | null;
  #clientFirst = '';
  #serverSignature: Uint8Array | null = null;
  #proved = false;

  constructor(
    hash: ScramHash,
    credentials: Credentials,
    binding: GsBinding,
    offer: ScramOffer | null = null,
    nonce: string = makeNonce(),
  ) {
    this.name = `SCRAM-${hash}${binding.flag === 'p' ? '-PLUS' : ''}`;
    this.#hash = hash;
    this.#credentials = credentials;
    this.#gs2Header = `${binding.flag === 'p' ? `p=${binding.binding.type}` : binding.flag},,`;
    this.#gs2 = concat(utf8(this.#gs2Header), binding.flag === 'p' ? binding.binding.data : new Uint8Array());
    this.#nonce = nonce;
    this.#offer = offer;
  }

  async initial(): Promise<Uint8Array> {
    const name = saslprep(this.#credentials.username).replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#clientFirst = `n=${name},r=${this.#nonce}`;
    return utf8(this.#gs2Header + this.#clientFirst);
  }

  async respond(challenge: Uint8Array): Promise<Uint8Array> {
    if (this.#serverSignature !== null) {
      // Some servers send the signature as a challenge and say `success` after our empty answer.
      this.#verify(challenge);
      return new Uint8Array();
    }
    const serverFirst = decode(challenge);
    const { nonce, salt, iterations } = this.#readServerFirst(serverFirst);
    await this.#checkOffer(serverFirst);
    const withoutProof = `c=${toBase64(this.#gs2)},r=${nonce}`;
    const authMessage = utf8(`${this.#clientFirst},${serverFirst},${withoutProof}`);
    const salted = await saltPassword(this.#hash, this.#credentials, salt, iterations);
    const clientKey = await this.#hmac(salted, utf8('Client Key'));
    const storedKey = new Uint8Array(await crypto.subtle.digest(this.#hash, clientKey));
    const clientSignature = await this.#hmac(storedKey, authMessage);
    const proof = clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0));
    this.#serverSignature = await this.#hmac(await this.#hmac(salted, utf8('Server Key')), authMessage);
    return utf8(`${withoutProof},p=${toBase64(proof)}`);
  }

  async finish(data: Uint8Array | null): Promise<void> {
    if (data !== null && !this.#proved) this.#verify(data);
    if (!this.#proved) throw refuse('the server did not prove that it knows the password');
  }

  #readServerFirst(message: string): { nonce: string; salt: Uint8Array<ArrayBuffer>; iterations: number } {
    const [nonce, salt, count] = message.split(',');
    if (
      nonce === undefined ||
      !nonce.startsWith(`r=${this.#nonce}`) ||
      nonce.length <= this.#nonce.length + 2
    ) {
      throw refuse('the server answered with a foreign nonce');
    }
    const saltBytes = salt?.startsWith('s=') === true ? fromBase64(salt.slice(2)) : null;
    const iterations = count !== undefined && /^i=\d{1,10}$/.test(count) ? Number(count.slice(2)) : 0;
    if (saltBytes === null) throw refuse('the server sent no valid salt');
    return { nonce: nonce.slice(2), salt: saltBytes, iterations };
  }

  /** XEP-0474 section 4: what the server says here is signed by the password, unlike its stream features. */
  async #checkOffer(serverFirst: string): Promise<void> {
    const told = serverFirst.split(',').find((attribute) => attribute.startsWith('h='));
    if (this.#offer === null) return;
    const { mechanisms, bindingTypes, signatureWanted = false } = this.#offer;
    if (told === undefined && !signatureWanted) return;
    const list = (names: readonly string[]): string => names.toSorted().join('\u001e');
    const seen = list(mechanisms) + (bindingTypes === null ? '' : `\u001f${list(bindingTypes)}`);
    const hash = new Uint8Array(await crypto.subtle.digest(this.#hash, utf8(seen)));
    if (told?.slice(2) !== toBase64(hash))
      throw new LinkError(
        'sasl-downgrade',
        'somebody on the way took away what the server offers to sign in',
      );
  }

  #verify(serverFinal: Uint8Array): void {
    const message = decode(serverFinal);
    const signature = message.startsWith('v=') ? fromBase64(message.slice(2).replace(/,.*$/s, '')) : null;
    if (
      signature === null ||
      this.#serverSignature === null ||
      !equalBytes(signature, this.#serverSignature)
    ) {
      throw refuse('the server could not prove that it knows the password');
    }
    this.#proved = true;
  }

  async #hmac(key: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const algorithm = { name: 'HMAC', hash: this.#hash };
    const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
  }
}

function makeNonce(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(24)));
}

function decode(bytes: Uint8Array): string {
  try {
    return text(bytes);
  } catch {
    throw refuse('the server sent a sign-in message that is not UTF-8');
  }
}

function refuse(message: string): LinkError {
  return new LinkError('sasl-server', message);
}
