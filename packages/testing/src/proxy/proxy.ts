import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { freshSeed, seededRandom } from '../random.ts';
import { ProxyConnection } from './connection.ts';
import type { ConnectionFaults } from './faults.ts';

/** Where a proxy leads to. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** How a proxy is made. */
export interface FaultProxyOptions {
  upstream: Upstream;
  /** Faults of every new connection; see {@link FaultProxy.faults}. */
  faults?: ConnectionFaults;
  /** Repeats a run. Default: `NATTER_SEED` of the environment, else a fresh one. */
  seed?: number;
  /** The most connections at once; more are reset. Default 256. */
  maxConnections?: number;
  /** The most bytes held per direction before the proxy stops reading. Default 256 KiB. */
  capacity?: number;
  /** Where the seed is printed. Default: stderr. */
  print?: (line: string) => void;
}

/** A TCP proxy on a free loopback port that harms what it carries. */
export interface FaultProxy {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly seed: number;
  /** May be changed, for a server that comes back on another port. */
  upstream: Upstream;
  /** Faults of the connections to come; those that are open keep theirs (see `ProxyConnection.apply`). */
  faults: ConnectionFaults;
  /** While true, new connections are reset: the server is down. */
  refusing: boolean;
  /** The open connections, oldest first. */
  readonly connections: ReadonlySet<ProxyConnection>;
  /** How many were accepted so far, the refused ones included. */
  readonly accepted: number;
  /** The next connection that is carried. Rejects only when the proxy is closed before. */
  nextConnection(): Promise<ProxyConnection>;
  /** Cuts every open connection. */
  cutAll(how: 'reset' | 'close'): void;
  /** Closes the port and every connection; resolves when no socket is left. */
  close(): Promise<void>;
}

/** Starts a {@link FaultProxy} and prints its seed. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new TcpFaultProxy(options);
  await proxy.listen();
  return proxy;
}

class TcpFaultProxy implements FaultProxy {
  readonly host = '127.0.0.1';
  readonly seed: number;
  readonly connections = new Set<ProxyConnection>();
  upstream: Upstream;
  faults: ConnectionFaults;
  refusing = false;
  accepted = 0;
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  #waiting: PromiseWithResolvers<ProxyConnection>[] = [];

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.seed = options.seed ?? seedOfEnvironment() ?? freshSeed();
    this.upstream = options.upstream;
    this.faults = options.faults ?? {};
    // Half-open sockets, so that a FIN of one side can travel on alone.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, this.host, resolve);
    });
    const print = this.#options.print ?? ((line) => void process.stderr.write(`${line}\n`));
    print(`fault proxy on port ${this.port}: seed ${this.seed} (NATTER_SEED=${this.seed} repeats it)`);
  }

  nextConnection(): Promise<ProxyConnection> {
    const waiting = Promise.withResolvers<ProxyConnection>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  cutAll(how: 'reset' | 'close'): void {
    for (const connection of this.connections) connection.cut(how);
  }

  async close(): Promise<void> {
    const stopped = new Promise((resolve) => this.#server.close(resolve));
    this.cutAll('close');
    for (const { reject } of this.#waiting) reject(new Error('the fault proxy was closed'));
    this.#waiting = [];
    await stopped;
    await Promise.all([...this.connections].map((connection) => connection.closed));
  }

  #accept(client: Socket): void {
    const index = this.accepted++;
    if (this.refusing || this.connections.size >= (this.#options.maxConnections ?? 256)) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const server = connect({ ...this.upstream, allowHalfOpen: true, noDelay: true });
    const random = seededRandom(this.seed).fork(`connection ${index}`);
    const connection = new ProxyConnection(index, client, server, {
      random,
      capacity: this.#options.capacity ?? 256 * 1024,
    });
    connection.apply(this.faults);
    this.connections.add(connection);
    void connection.closed.then(() => this.connections.delete(connection));
    for (const { resolve } of this.#waiting.splice(0)) resolve(connection);
  }
}

function seedOfEnvironment(): number | undefined {
  const text = process.env['NATTER_SEED'];
  if (text === undefined || text === '') return undefined;
  const seed = Number(text);
  if (!Number.isInteger(seed))
    throw new RangeError(`NATTER_SEED is ${JSON.stringify(text)}, not a whole number`);
  return seed;
}
