import { remoteKey, type RemoteKey } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import type { XmppStream } from '../../src/wire/stream.ts';

const MUC = 'http://jabber.org/protocol/muc';

/** The rooms of a peer, with stanzas by hand. */
export class PeerRooms {
  readonly #stream: XmppStream;
  readonly #nick: string;
  readonly #heard: { room: string; text: string; id: string }[] = [];
  readonly #ids = new Map<string, string>();
  #answers: ((stanza: Element) => void)[] = [];

  constructor(stream: XmppStream, nick: string) {
    this.#stream = stream;
    this.#nick = nick;
  }

  async join(room: string): Promise<void> {
    const presence = new Element('presence', { to: `${room}/${this.#nick}` });
    presence.c('x', { xmlns: MUC }).c('history', { maxstanzas: '0' });
    // The end of an earlier visit may still be on its way: that is no answer.
    const answer = await this.#ask(
      presence,
      (stanza) => (isOwn(stanza, room) && stanza.attrs['type'] === undefined) || isError(stanza, room),
    );
    if (answer.attrs['type'] === 'error') throw new Error('the room did not let the peer in');
    const id: unknown = answer.getChild('occupant-id')?.attrs['id'];
    this.#ids.set(room, typeof id === 'string' ? `occupant ${id}` : `${room}/${this.#nick}`);
  }
  async leave(room: string): Promise<void> {
    const presence = new Element('presence', { to: `${room}/${this.#nick}`, type: 'unavailable' });
    await this.#ask(presence, (stanza) => isOwn(stanza, room));
  }
  async say(room: string, text: string, id: string): Promise<string> {
    const message = new Element('message', { to: room, type: 'groupchat', id });
    message.c('body').t(text);
    await this.#ask(message, (stanza) => stanza.name === 'message' && stanza.attrs['id'] === id);
    return id;
  }
  async open(name: string): Promise<string> {
    const room = `${name}@rooms.localhost`;
    await this.join(room);
    const query = new Element('query', { xmlns: `${MUC}#owner` });
    const form = query.c('x', { xmlns: 'jabber:x:data', type: 'submit' });
    form.c('field', { var: 'FORM_TYPE' }).c('value').t(`${MUC}#roomconfig`);
    form.c('field', { var: 'muc#roomconfig_publicroom' }).c('value').t('1');
    await this.#stream.request('set', room, query);
    return room;
  }
  heard(room: string): readonly string[] {
    return this.#heard.filter((each) => each.room === room).map(({ text }) => text);
  }
  keyIn(room: string): RemoteKey {
    return remoteKey(this.#ids.get(room) ?? '');
  }
  receive(stanza: Element): void {
    for (const answer of this.#answers) answer(stanza);
    const [room = ''] = String(stanza.attrs['from']).split('/');
    const text = stanza.getChildText('body');
    if (stanza.attrs['type'] === 'groupchat' && text !== null)
      this.#heard.push({ room, text, id: String(stanza.attrs['id']) });
  }

  #ask(stanza: Element, isAnswer: (stanza: Element) => boolean): Promise<Element> {
    return new Promise((resolve) => {
      const answer = (candidate: Element): void => {
        if (!isAnswer(candidate)) return;
        this.#answers = this.#answers.filter((other) => other !== answer);
        resolve(candidate);
      };
      this.#answers.push(answer);
      this.#stream.send(stanza);
    });
  }
}

function isOwn(stanza: Element, room: string): boolean {
  if (stanza.name !== 'presence' || !String(stanza.attrs['from']).startsWith(`${room}/`)) return false;
  const codes = stanza.getChild('x', `${MUC}#user`)?.getChildren('status') ?? [];
  return codes.some(({ attrs }) => attrs['code'] === '110');
}

function isError(stanza: Element, room: string): boolean {
  return (
    stanza.name === 'presence' &&
    stanza.attrs['type'] === 'error' &&
    String(stanza.attrs['from']).startsWith(room)
  );
}
