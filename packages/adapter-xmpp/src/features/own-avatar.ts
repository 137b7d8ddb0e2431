import type { Attachment } from '@natter/core/model';
import { concat, toBase64 } from '@natter/wire';
import { Element } from '@xmpp/xml';
import { writeAvatarData, writeAvatarMetadata, writeVcardPhoto, type OwnPicture } from '../mapping/avatar.ts';
import { writePurge } from '../mapping/personal.ts';
import { readStanzaLimit } from '../mapping/stream-limits.ts';
import type { Runtime } from '../runtime.ts';
import { asWireError, WireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import { sha1Hex } from '../wire/sha1.ts';
import type { PresenceFeature } from './presence.ts';
import { publish } from './publication.ts';

/** Bytes of the largest stanza where the server does not tell (XEP-0478): some cut streams from 64 KiB on. */
const STANZA_BYTES = 64 * 1024;
/** Most that is read into memory, whatever the server takes. */
const MOST_BYTES = 1024 * 1024;
/** What stands around a picture in its stanza. */
const FRAME_BYTES = 2 * 1024;

/** Our own picture. What is done may be repeated without harm: it is called by what is in it. */
export class OwnAvatar {
  readonly #runtime: Runtime;
  readonly #presence: PresenceFeature;

  constructor(runtime: Runtime, presence: PresenceFeature) {
    this.#runtime = runtime;
    this.#presence = presence;
  }

  /** Shows a picture, or none. Rejects with WireError. */
  async show(image: Attachment | null, signal: AbortSignal): Promise<void> {
    const { stream, server } = this.#runtime;
    const picture = image === null ? null : await this.#read(image);
    if (!server.personal) return this.#showInVcard(picture, signal);
    // XEP-0084 section 3: the data first, so that whoever is told of the picture finds it.
    if (picture !== null) {
      const data = { id: picture.hash, payload: writeAvatarData(picture) };
      await publish(stream, NS.avatarData, data, signal);
    }
    const metadata = { id: picture?.hash ?? 'current', payload: writeAvatarMetadata(picture) };
    await publish(stream, NS.avatarMetadata, metadata, signal);
    // What was taken away is not to be had any more, where the server can do that.
    if (picture === null)
      await this.#tolerant(stream.request('set', null, writePurge(NS.avatarData), signal));
    if (!server.avatarConversion) await this.#tolerant(this.#showInVcard(picture, signal));
  }

  /** For clients that look into the vcard alone (XEP-0153), where the server does not see to them (XEP-0398). */
  async #showInVcard(picture: OwnPicture | null, signal: AbortSignal): Promise<void> {
    const { stream, memory } = this.#runtime;
    const known = await stream
      .request('get', null, new Element('vCard', { xmlns: NS.vcard }), signal)
      .catch((error: unknown) => {
        if (asWireError(error).condition === 'item-not-found') return undefined; // there was none yet
        throw error;
      });
    const vcard = writeVcardPhoto(known?.getChild('vCard', NS.vcard), picture);
    const size = new TextEncoder().encode(vcard.toString()).length;
    if (size > this.#stanzaBytes() - FRAME_BYTES)
      throw refusal('policy-violation', 'the vcard has no room for the picture');
    await stream.request('set', null, vcard, signal);
    memory.ownPicture = picture?.hash ?? null;
    this.#presence.announceAgain();
  }

  async #read(image: Attachment): Promise<OwnPicture> {
    const { blob, name } = image;
    if (blob === null) throw refusal('not-acceptable', `${name} has no bytes`);
    const most = Math.min(MOST_BYTES, Math.floor(((this.#stanzaBytes() - FRAME_BYTES) / 4) * 3));
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of await this.#runtime.host.readBlob(blob, 0)) {
      size += part.length;
      if (size > most)
        throw refusal(
          'policy-violation',
          `${name} is too large: here a picture of oneself has at most ${Math.floor(most / 1024)} KiB`,
        );
      parts.push(part);
    }
    const bytes = concat(...parts);
    return { hash: await sha1Hex(bytes), bytes: size, base64: toBase64(bytes), file: image };
  }

  #stanzaBytes(): number {
    return readStanzaLimit(this.#runtime.stream.features) ?? STANZA_BYTES;
  }

  /** The picture is shown without it: a server that refuses spoils nothing. */
  async #tolerant(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      const { code, message } = asWireError(error);
      if (code !== 'stanza-error') throw error;
      this.#runtime.host.log('info', 'xmpp-picture-not-everywhere', { message });
    }
  }
}

function refusal(condition: string, message: string): WireError {
  return new WireError('stanza-error', message, { condition });
}
