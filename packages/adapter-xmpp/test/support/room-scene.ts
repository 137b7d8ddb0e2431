import type { MessageIn, Outcome } from '@natter/core';
import type { Element } from '@xmpp/xml';
import type { WireLimits } from '../../src/wire/limits.ts';
import { startPair, type Pair } from './pair.ts';

export const ROOM = 'hall@rooms.localhost';
export const MUC_USER = 'http://jabber.org/protocol/muc#user';

/** A client at the door of a room that does what a test says. */
export class RoomScene {
  readonly pair: Pair;
  /** What comes of asking to be let in. */
  readonly outcome: Promise<Outcome>;

  private constructor(pair: Pair, outcome: Promise<Outcome>) {
    this.pair = pair;
    this.outcome = outcome;
  }

  /** Asks to enter a room with these features. */
  static async knock(features: readonly string[], limits: Partial<WireLimits> = {}): Promise<RoomScene> {
    const pair = await startPair({ limits });
    const { person, peer } = pair;
    const change = { action: 'join', address: ROOM } as const;
    const outcome = person.perform(person.op(null, { type: 'room', change }));
    const scene = new RoomScene(pair, outcome);
    scene.describe(await peer.take('iq'), features);
    await peer.take('presence');
    return scene;
  }

  /** What the room is (XEP-0045 section 6.4). */
  describe(query: Element, features: readonly string[], name = ''): void {
    const list = features.map((feature) => `<feature var='${feature}'/>`).join('');
    const identity = `<identity category='conference' type='text' name='${name}'/>`;
    this.answer(query, `<query xmlns='http://jabber.org/protocol/disco#info'>${identity}${list}</query>`);
  }

  answer(iq: Element, payload: string): void {
    const { id, to } = iq.attrs;
    this.pair.peer.write(`<iq type='result' id='${id}' from='${to}'>${payload}</iq>`);
  }

  occupant(nick: string, id: string, more = '', type = ''): void {
    this.pair.peer.write(
      `<presence from='${ROOM}/${nick}'${type}><occupant-id xmlns='urn:xmpp:occupant-id:0' id='${id}'/>` +
        `<x xmlns='${MUC_USER}'><item affiliation='none' role='participant'/>${more}</x></presence>`,
    );
  }

  async heard(text: string): Promise<MessageIn> {
    const { host } = this.pair.person;
    return host.until(text, () => host.messages.find(({ content }) => content.text === text));
  }
}

/** Something said by `/nick`, or by the room itself. */
export function said(nick: string, text: string, more = '', id = text): string {
  return `<message xmlns='jabber:client' type='groupchat' id='${id}' from='${ROOM}${nick}'><body>${text}</body>${more}</message>`;
}
