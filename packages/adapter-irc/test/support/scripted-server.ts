import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:tls';
import type { IssuedCertificate } from '@natter/testing/tls';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a script says to a line; none for the usual answer. */
export type Script = (line: string, say: (line: string) => void) => boolean | void;

/** A server that says what a test wants and writes down what it hears. */
export class ScriptedServer {
  readonly heard: string[] = [];
  readonly #server: Server;
  readonly #script: Script;
  readonly #sockets = new Set<Socket>();
  #nick = '*';
  /** What registration waits for: NICK, USER, and the end of CAP. */
  #waits = new Set(['NICK', 'USER']);

  readonly #support: string;

  private constructor(script: Script, support: string, certificate?: IssuedCertificate) {
    this.#script = script;
    this.#support = support;
    this.#server =
      certificate === undefined
        ? createServer((socket) => this.#serve(socket))
        : createTlsServer({ cert: certificate.chain, key: certificate.key }, (socket) => this.#serve(socket));
  }

  /** `support`: more ISUPPORT tokens; with a certificate it speaks TLS. */
  static async start(
    script: Script = () => false,
    support = '',
    certificate?: IssuedCertificate,
  ): Promise<ScriptedServer> {
    const server = new ScriptedServer(script, support, certificate);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Writes to everybody who is connected; a text is a line. */
  push(what: string | Uint8Array): void {
    for (const socket of this.#sockets) socket.write(typeof what === 'string' ? `${what}\r\n` : what);
  }

  /** Breaks all connections; who comes again is served. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** How many are connected. */
  get connected(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    this.#waits = new Set(['NICK', 'USER']);
    let rest = '';
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line.replace(/\r$/, ''), (text) => socket.write(`${text}\r\n`));
    });
  }

  #take(line: string, say: (line: string) => void): void {
    this.heard.push(line);
    const [command = '', first = ''] = line.replace(/^@\S+ /, '').split(' ');
    if (command === 'CAP' && first === 'LS') this.#waits.add('END');
    if (this.#script(line, say) === true) return;
    if (command === 'CAP' && first === 'LS') say(':s CAP * LS :');
    if (command === 'NICK') this.#nick = first;
    if (this.#waits.delete(command === 'CAP' ? first : command) && this.#waits.size === 0) {
      say(`:s 001 ${this.#nick} :welcome`);
      say(`:s 005 ${this.#nick} CHANTYPES=# PREFIX=(ov)@+ NICKLEN=20 ${this.#support} :are supported`);
      say(`:s 422 ${this.#nick} :no message of the day`);
    }
    if (command === 'PING') say(`:s PONG s :${first.replace(/^:/, '')}`);
    if (command === 'JOIN') {
      for (const name of first.split(',')) {
        say(`:${this.#nick}!u@h JOIN ${name}`);
        say(`:s 353 ${this.#nick} = ${name} :@${this.#nick} other`);
        say(`:s 366 ${this.#nick} ${name} :end`);
      }
    }
    if (command === 'ISON') say(`:s 303 ${this.#nick} :`);
    if (command === 'WHOIS') say(`:s 318 ${this.#nick} ${first} :end`);
    if (command === 'LIST') say(`:s 323 ${this.#nick} :end`);
  }
}

/** Offers capabilities and grants all that is asked for, unless another script says otherwise. */
export function offering(capabilities: string, more: Script = () => false): Script {
  return (line, say) => {
    if (more(line, say) === true) return true;
    if (line === 'CAP LS 302') say(`:s CAP * LS :${capabilities}`);
    else if (line.startsWith('CAP REQ')) say(`:s CAP * ACK :${line.replace(/^CAP REQ :?/, '')}`);
    else return false;
    return true;
  };
}
