/**
 * An XMPP server by hand: TLS from the first byte, PLAIN, and answers that are made beforehand. Accounts are called
 * `archive…` (an archive of one message at the first sign-in, and of all at later ones) and whatever else (nothing).
 */
import { createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { createTestCa } from '@natter/testing/tls';
import { archivedMessages } from './stanzas.ts';

const [, , messages = '10000'] = process.argv;
const archive = archivedMessages(Number(messages) + 1);
const signIns = new Map<string, number>();
const PAGE = 250;

const HEADER = `<?xml version='1.0'?><stream:stream from='bench.test' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
const BEFORE = `<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>`;
const AFTER = `<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`;
const INFO = `<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpp:mam:2'/></query>`;

/** One signed-in client; requests are told apart by what they ask, not by parsing them. */
class Client {
  readonly #socket: TLSSocket;
  #user = '';
  #rest = '';

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('error', () => {});
    socket.on('data', (chunk: string) => this.#take(chunk));
  }

  #take(chunk: string): void {
    this.#rest += chunk;
    const whole =
      /^(?:<\?xml[^>]*>)?(?:<stream:stream[^>]*>|<\/stream:stream>|<(auth|iq|presence|message)\b(?:[^>]*\/>|[\s\S]*?<\/\1>))/;
    for (let match = whole.exec(this.#rest); match !== null; match = whole.exec(this.#rest)) {
      this.#rest = this.#rest.slice(match[0].length);
      this.#answer(match[0]);
    }
  }

  #answer(xml: string): void {
    if (xml === '</stream:stream>') return void this.#socket.end('</stream:stream>');
    if (xml.includes('<stream:stream')) return this.#write(HEADER + (this.#user === '' ? BEFORE : AFTER));
    if (xml.startsWith('<auth')) {
      this.#user =
        Buffer.from(/>([^<]*)</.exec(xml)?.[1] ?? '', 'base64')
          .toString()
          .split('\0')[1] ?? '';
      signIns.set(this.#user, (signIns.get(this.#user) ?? 0) + 1);
      return this.#write(`<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`);
    }
    if (xml.startsWith('<iq')) this.#request(xml, /id="([^"]*)"/.exec(xml)?.[1] ?? '');
  }

  #request(xml: string, id: string): void {
    const to = /to="([^"]*)"/.exec(xml)?.[1];
    const from = to === undefined ? '' : ` from='${to}'`;
    const reply = (payload: string): void =>
      this.#write(`<iq type='result' id='${id}'${from}>${payload}</iq>`);
    if (xml.includes('<bind'))
      return reply(
        `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${this.#user}@bench.test/here</jid></bind>`,
      );
    if (xml.includes('jabber:iq:roster')) return reply(`<query xmlns='jabber:iq:roster'/>`);
    if (xml.includes('urn:xmpp:mam:2')) return this.#page(xml, reply);
    reply(xml.includes('disco#info') ? INFO : '');
  }

  #page(xml: string, reply: (payload: string) => void): void {
    const query = /queryid="([^"]*)"/.exec(xml)?.[1] ?? '';
    const after = /<after>(\d+)<\/after>/.exec(xml)?.[1];
    const all = this.#user.startsWith('archive')
      ? (signIns.get(this.#user) ?? 0) > 2
        ? archive.length
        : 1
      : 0;
    const from = after === undefined ? 0 : Number(after) + 1;
    const until = Math.min(from + PAGE, all);
    const own = archive.slice(from, until).join('').replaceAll('me@bench.test', `${this.#user}@bench.test`);
    const complete = until === all ? " complete='true'" : '';
    this.#write(own.replaceAll('QUERY', query));
    reply(
      `<fin xmlns='urn:xmpp:mam:2'${complete}><set xmlns='http://jabber.org/protocol/rsm'><first>${from}</first><last>${until - 1}</last></set></fin>`,
    );
  }

  #write(text: string): void {
    this.#socket.write(text);
  }
}

const ca = await createTestCa();
const { chain, key } = await ca.issue({ hosts: ['bench.test'] });
const server = createServer({ cert: chain, key }, (socket) => new Client(socket));
process.on('message', () => process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage().rss }));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: JSON.stringify({ port, ca: ca.certificate }) });
});
