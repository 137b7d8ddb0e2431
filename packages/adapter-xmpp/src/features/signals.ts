import type { Signal } from '@natter/core';
import type { RemoteKey } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import type { Runtime } from '../runtime.ts';
import { NS } from '../wire/namespaces.ts';
import type { PresenceFeature } from './presence.ts';

/** Tells the network what it need not be told twice. */
export class Signals {
  readonly #runtime: Runtime;
  readonly #presence: PresenceFeature;

  constructor(runtime: Runtime, presence: PresenceFeature) {
    this.#runtime = runtime;
    this.#presence = presence;
  }

  send(signal: Signal): void {
    switch (signal.type) {
      case 'presence':
        return this.#presence.announce(signal.presence);
      case 'focus':
        return this.#focus(signal.active);
      case 'typing':
        return this.#typing(signal.conversation, signal.active);
    }
  }

  /** XEP-0352: while nobody looks, the server may hold back what can wait. No stanza, so that nothing counts it. */
  #focus(active: boolean): void {
    const { stream } = this.#runtime;
    if (stream.ended || stream.features?.getChild('csi', NS.csi) === undefined) return;
    stream.channel.send(new Element(active ? 'active' : 'inactive', { xmlns: NS.csi }));
  }

  /** XEP-0085. A room where we are not would not pass it on. */
  #typing(conversation: RemoteKey, active: boolean): void {
    const { stream, memory } = this.#runtime;
    const room = memory.rooms.get(conversation);
    if (room !== undefined && room.phase !== 'inside') return;
    const type = room === undefined ? 'chat' : 'groupchat';
    const message = new Element('message', { to: conversation, type });
    message.c(active ? 'composing' : 'paused', { xmlns: NS.chatStates });
    message.c('no-store', { xmlns: NS.hints });
    stream.send(message, 'now');
  }
}
