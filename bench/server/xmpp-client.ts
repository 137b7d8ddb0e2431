import { connect } from 'node:net';
import type { Socket } from 'node:net';

const header = (domain: string): string =>
  `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;

/**
 * A client of XMPP that costs little: it writes stanzas as text and looks for what it waits for in the text that comes, in the
 * clear, on loopback.
 */
export class XmppBenchClient {
  readonly #socket: Socket;
  onText: (text: string) => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data) => this.onText(data.toString('latin1')));
  }

  static async signIn(
    port: number,
    domain: string,
    user: string,
    password: string,
  ): Promise<XmppBenchClient> {
    const socket = connect(port, '127.0.0.1');
    const client = new XmppBenchClient(socket);
    await client.#ask(header(domain), '</stream:features>');
    const plain = Buffer.from(`\0${user}\0${password}`).toString('base64');
    const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`;
    await client.#ask(auth, '<success');
    await client.#ask(header(domain), '</stream:features>');
    const bind = `<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`;
    await client.#ask(bind, '</iq>');
    await client.#ask('<presence/>', '<presence');
    return client;
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(text: string, end: string): Promise<void> {
    return new Promise((resolve, reject) => {
      let come = '';
      this.onText = (more) => {
        come += more;
        if (come.includes('<failure')) reject(new Error(come));
        if (come.includes(end)) resolve();
      };
      this.send(text);
    });
  }
}
