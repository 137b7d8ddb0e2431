import { BenchClient } from './client.ts';

/** A load of pairs, each with some messages in flight. */
export interface Load {
  readonly pairs: number;
  readonly inFlight: number;
  readonly seconds: number;
}

/** What came of it. */
export interface Outcome {
  readonly messages: number;
  readonly seconds: number;
  /** Milliseconds from sending to the acknowledgement, sorted. */
  readonly latencies: Float64Array;
}

const text = 'x'.repeat(120);
const password = 'correct horse';

/** Signed-in pairs: the sender, the receiver, and their conversation. */
export interface Pair {
  readonly sender: BenchClient;
  readonly receiver: BenchClient;
  readonly conversation: string;
}

/** Makes the accounts and connections. */
export async function makePairs(url: string, count: number): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let index = 0; index < count; index += 1) {
    const sender = await BenchClient.connect(url);
    await sender.request({ type: 'register', user: `sender${index}`, password });
    const receiver = await BenchClient.connect(url);
    await receiver.request({ type: 'register', user: `receiver${index}`, password });
    const { conversation } = await sender.request({ type: 'conversation-open', peer: `receiver${index}` });
    for (const client of [sender, receiver]) await client.request({ type: 'sync', after: 0 });
    pairs.push({ sender, receiver, conversation: String(conversation) });
  }
  return pairs;
}

/** The frame of a message, as a client would write it. */
export function sendFrame(id: number, conversation: string, clientId: string, said = text): string {
  return `{"type":"send","id":${id},"clientId":"${clientId}","conversation":"${conversation}","body":{"text":"${said}"}}`;
}

/**
 * Durable messages with receipts: a sender keeps so many in flight, counted by acknowledgements; the receiver
 * acknowledges and marks as delivered what each push brings.
 */
export async function durableMessages(pairs: readonly Pair[], load: Load): Promise<Outcome> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + load.seconds * 1000;
  await Promise.all(pairs.map((pair, index) => runPair(pair, index, load, end, latencies)));
  return {
    messages: latencies.length,
    seconds: (performance.now() - start) / 1000,
    latencies: Float64Array.from(latencies).sort(),
  };
}

async function runPair(
  pair: Pair,
  index: number,
  load: Load,
  end: number,
  latencies: number[],
): Promise<void> {
  const { sender, receiver, conversation } = pair;
  receiver.onFrame = (frame) => deliver(receiver, conversation, frame);
  const sentAt = new Map<number, number>();
  let next = 1000;
  const send = (): void => {
    const id = next;
    next += 1;
    sentAt.set(id, performance.now());
    sender.send(sendFrame(id, conversation, `${index}-${id}-${end.toString(36)}`));
  };
  await new Promise<void>((resolve, reject) => {
    sender.onFrame = (frame) => {
      if (frame.startsWith('{"type":"error"')) return reject(new Error(frame));
      if (!frame.startsWith('{"type":"reply"')) return;
      const id = Number.parseInt(frame.slice(21), 10);
      const now = performance.now();
      latencies.push(now - (sentAt.get(id) ?? now));
      sentAt.delete(id);
      if (now < end) send();
      else if (sentAt.size === 0) resolve();
    };
    for (let count = 0; count < load.inFlight; count += 1) send();
  });
}

/** What a device does with a push: stores it (elsewhere), and says so. */
function deliver(receiver: BenchClient, conversation: string, frame: string): void {
  if (!frame.startsWith('{"type":"updates"')) return;
  const seq = Number.parseInt(frame.slice(frame.lastIndexOf('"seq":') + 6), 10);
  const cursor = Number.parseInt(frame.slice(frame.indexOf('"cursor":') + 9), 10);
  if (!frame.includes('"kind":"message"')) return;
  receiver.send(`{"type":"ack","cursor":${cursor}}`);
  receiver.send(
    `{"type":"mark","id":1,"kind":"delivered","marks":[{"conversation":"${conversation}","seq":${seq}}]}`,
  );
}

/** The same frames, sent back by a server that does nothing else. */
export async function echo(url: string, load: Load): Promise<Outcome> {
  const latencies: number[] = [];
  const clients = await Promise.all(Array.from({ length: load.pairs }, () => BenchClient.connect(url)));
  const start = performance.now();
  const end = start + load.seconds * 1000;
  await Promise.all(
    clients.map(async (client, index) => {
      let next = 1000;
      let waiting = 0;
      const send = (): void => {
        next += 1;
        waiting += 1;
        client.send(sendFrame(next, 'c1', `${index}-${next}-${end.toString(36)}`));
      };
      await new Promise<void>((resolve) => {
        client.onFrame = () => {
          waiting -= 1;
          latencies.push(0);
          if (performance.now() < end) send();
          else if (waiting === 0) resolve();
        };
        for (let count = 0; count < load.inFlight; count += 1) send();
      });
      client.socket.terminate();
    }),
  );
  return {
    messages: latencies.length,
    seconds: (performance.now() - start) / 1000,
    latencies: Float64Array.from(latencies),
  };
}
