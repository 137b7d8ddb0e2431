import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A client that costs little, so that the server is what is measured: it hands out the text of frames. */
export class BenchClient {
  readonly socket: WebSocket;
  onFrame: (text: string) => void = () => undefined;
  #nextId = 1;

  constructor(url: string, localAddress = '127.0.0.1') {
    this.socket = new WebSocket(url, ['natter.1'], { perMessageDeflate: false, localAddress });
    this.socket.on('message', (data: Buffer) => this.onFrame(data.toString('latin1')));
  }

  static async connect(url: string, localAddress?: string): Promise<BenchClient> {
    const client = new BenchClient(url, localAddress);
    await once(client.socket, 'open');
    return client;
  }

  send(text: string): void {
    this.socket.send(text);
  }

  /** A request outside of the measured part. */
  async request(frame: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const id = this.#nextId;
    this.#nextId += 1;
    const handler = this.onFrame;
    const answer = new Promise<Record<string, unknown>>((resolve) => {
      this.onFrame = (text) => {
        const reply = JSON.parse(text) as { id?: number; result?: Record<string, unknown>; error?: unknown };
        if (reply.id !== id) return;
        if (reply.result === undefined)
          throw new Error(`${String(frame['type'])}: ${JSON.stringify(reply.error)}`);
        resolve(reply.result);
      };
    });
    this.send(JSON.stringify({ ...frame, id }));
    const result = await answer;
    this.onFrame = handler;
    return result;
  }
}
