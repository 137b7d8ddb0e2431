import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { connectLink, loopback, serveLink } from '../../src/link/index.ts';
import type { ClientLink, Duplex, EndReason, LinkStatus } from '../../src/link/index.ts';
import { smallManifest, SmallServer } from './small-client.ts';
import type { SmallMethods, SmallStreams } from './small-client.ts';

interface Peer {
  readonly received: Record<string, unknown>[];
  readonly closed: Promise<void>;
  say(message: unknown): void;
  sayText(text: string): void;
}

/** The other end of a connection, in the hands of somebody who does as they like. */
function peerOn(duplex: Duplex): Peer {
  const received: Record<string, unknown>[] = [];
  duplex.onMessage((text) => received.push(JSON.parse(text) as Record<string, unknown>));
  const closed = new Promise<void>((resolve) => duplex.onClose(resolve));
  return {
    received,
    closed,
    say: (message) => duplex.send(JSON.stringify(message)),
    sayText: (text) => duplex.send(text),
  };
}

function serve(server = new SmallServer()): { peer: Peer; server: SmallServer } {
  const [near, far] = loopback();
  serveLink<SmallMethods, SmallStreams>(server, far, {
    manifest: smallManifest,
    limits: { maxLength: 10_000, maxDepth: 16 },
    maxOpen: 4,
  });
  return { peer: peerOn(near), server };
}

describe('a served link', () => {
  it.each([
    ['text that is no JSON', 'nonsense'],
    ['JSON that is no object', '[1,2]'],
    ['null', 'null'],
    ['a notification whose params are a list', '{"jsonrpc":"2.0","method":"$/cancel","params":[7]}'],
    ['an object that is not JSON-RPC', '{"id":1,"method":"echo"}'],
    [
      'a message that is too long',
      `{"jsonrpc":"2.0","id":1,"method":"echo","params":{"text":"${'x'.repeat(10_000)}"}}`,
    ],
    [
      'nesting that is too deep',
      `{"jsonrpc":"2.0","id":1,"method":"echo","params":${'['.repeat(20)}${']'.repeat(20)}}`,
    ],
    ['a request id that is none', '{"jsonrpc":"2.0","id":{},"method":"echo","params":{}}'],
    ['a notification that it does not know', '{"jsonrpc":"2.0","method":"$/exit","params":{"id":1}}'],
    ['a notification without an id', '{"jsonrpc":"2.0","method":"$/credit","params":{}}'],
    ['a credit below 0', '{"jsonrpc":"2.0","method":"$/credit","params":{"id":1,"count":-1}}'],
    ['an opening without a stream', '{"jsonrpc":"2.0","id":1,"method":"$/open","params":{}}'],
    ['an answer to what was not asked', '{"jsonrpc":"2.0","id":1,"result":1}'],
  ])('refuses %s with an error, closes, and frees what was open', async (_what, text) => {
    const { peer, server } = serve();
    peer.say({
      jsonrpc: '2.0',
      id: 7,
      method: '$/open',
      params: { stream: 'count', params: { from: 0 }, credits: 1 },
    });
    peer.say({ jsonrpc: '2.0', id: 8, method: 'hang', params: {} });
    await eventually(() => expect(server.counters.size + server.hanging.length).toBe(2));
    peer.sayText(text);
    await peer.closed;
    expect(peer.received.at(-1)).toMatchObject({
      id: null,
      error: { code: -32600, data: { code: 'protocol' } },
    });
    expect(server.counters.size).toBe(0);
    expect(server.hanging[0]?.aborted).toBe(true);
  });

  it('answers unknown names with an error and goes on', async () => {
    const { peer } = serve();
    peer.say({ jsonrpc: '2.0', id: 1, method: 'constructor', params: {} });
    peer.say({
      jsonrpc: '2.0',
      id: 2,
      method: '$/open',
      params: { stream: 'valueOf', params: {}, credits: 1 },
    });
    peer.say({ jsonrpc: '2.0', id: 3, method: 'echo', params: { text: 'still here' } });
    await eventually(() => expect(peer.received).toHaveLength(3));
    expect(peer.received).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 1, error: expect.objectContaining({ code: -32601 }) as unknown }),
        expect.objectContaining({ id: 2, error: expect.objectContaining({ code: -32601 }) as unknown }),
        expect.objectContaining({ id: 3, result: 'still here' }),
      ]),
    );
  });

  it('refuses an id that is in use, and more than the agreed number of open things', async () => {
    const { peer, server } = serve();
    for (let id = 0; id < 6; id += 1) peer.say({ jsonrpc: '2.0', id, method: 'hang', params: {} });
    await eventually(() => expect(peer.received).toHaveLength(2));
    expect(peer.received).toMatchObject([
      { id: 4, error: { data: { code: 'rate-limited', retriable: true } } },
      { id: 5, error: { data: { code: 'rate-limited' } } },
    ]);
    expect(server.hanging).toHaveLength(4);
    peer.say({ jsonrpc: '2.0', id: 0, method: 'hang', params: {} });
    await peer.closed;
  });

  it('sends one frame a credit, however much credit a hostile client claims to give', async () => {
    const { peer, server } = serve();
    peer.say({
      jsonrpc: '2.0',
      id: 1,
      method: '$/open',
      params: { stream: 'count', params: { from: 0 }, credits: 0 },
    });
    await eventually(() => expect(server.counters.size).toBe(1));
    for (let n = 1; n < 10; n += 1) server.count(n);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(peer.received).toEqual([]);
    peer.say({ jsonrpc: '2.0', method: '$/credit', params: { id: 1, count: Number.MAX_SAFE_INTEGER } });
    await eventually(() => expect(peer.received).toHaveLength(1));
    for (let n = 0; n < 2000; n += 1) server.count(n);
    await eventually(() => expect(peer.received).toHaveLength(1024));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(peer.received).toHaveLength(1024);
  });

  it('survives arbitrary messages: each is answered, ignored, or ends this connection only', async () => {
    const server = new SmallServer();
    const part = fc.oneof(
      fc.constantFrom('$/open', '$/credit', '$/cancel', '$/close', '$/update', 'echo'),
      fc.string(),
    );
    const message = fc.record(
      {
        jsonrpc: fc.constantFrom('2.0', '2.0', '2.0', '1.0'),
        id: fc.oneof(fc.nat(3), fc.jsonValue()),
        method: part,
        params: fc.oneof(
          fc.jsonValue({ maxDepth: 3 }),
          fc.record(
            {
              id: fc.nat(3),
              stream: fc.constantFrom('count', 'rows', 'log'),
              params: fc.jsonValue(),
              credits: fc.nat(3),
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: ['jsonrpc'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 8 }), async (messages) => {
        const { peer } = serve(server);
        for (const one of messages) peer.say(one);
        const { peer: other } = serve(server);
        other.say({ jsonrpc: '2.0', id: 1, method: 'echo', params: { text: 'unharmed' } });
        await eventually(() => expect(other.received).toMatchObject([{ id: 1, result: 'unharmed' }]));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a link to a hostile server', () => {
  const open: ClientLink<SmallMethods, SmallStreams>[] = [];
  afterEach(() => open.splice(0).forEach((link) => link.close()));

  async function connect(): Promise<{
    link: (typeof open)[0];
    peers: Peer[];
    reasons: (string | undefined)[];
  }> {
    const peers: Peer[] = [];
    const link = await connectLink<SmallMethods, SmallStreams>({
      manifest: smallManifest,
      redial: { base: 1, cap: 2 },
      limits: { maxLength: 10_000, maxDepth: 16 },
      connect: async () => {
        const [near, far] = loopback();
        peers.push(peerOn(far));
        return near;
      },
    });
    open.push(link);
    const reasons: (string | undefined)[] = [];
    link.onStatus(
      (status: LinkStatus, error) => void (status === 'reconnecting' && reasons.push(error?.code)),
    );
    return { link, peers, reasons };
  }

  const frame = (value: unknown): unknown => ({
    jsonrpc: '2.0',
    method: '$/frame',
    params: { id: 1, frame: value },
  });
  const edges = { total: 1, offset: 0, atStart: true, atEnd: true };

  it.each<[string, 'count' | 'rows' | 'log', unknown]>([
    ['no JSON-RPC', 'count', { hello: 1 }],
    ['a request to the client', 'count', { jsonrpc: '2.0', id: 1, method: 'echo', params: {} }],
    ['a frame of another kind', 'count', frame({ t: 'log', cursor: '1', items: [] })],
    ['a frame without a value', 'count', frame({ t: 'state', version: 1 })],
    ['a version that does not grow', 'count', frame({ t: 'state', version: 0, value: 1 })],
    [
      'splices of rows that are not here',
      'rows',
      frame({ t: 'window', version: 2, base: 1, splices: [], ...edges }),
    ],
    [
      'a splice without rows',
      'rows',
      frame({ t: 'window', version: 1, base: null, splices: [{ at: 0, drop: 0 }], ...edges }),
    ],
    [
      'a splice that does not fit',
      'rows',
      frame({ t: 'window', version: 1, base: null, splices: [{ at: 0, drop: 1, rows: [] }], ...edges }),
    ],
    ['a log frame without a cursor', 'log', frame({ t: 'log', items: [1] })],
    ['a message that is too long', 'count', frame({ t: 'state', version: 1, value: 'x'.repeat(10_000) })],
    [
      'nesting that is too deep',
      'count',
      frame({ t: 'state', version: 1, value: [[[[[[[[[[[[[[]]]]]]]]]]]]]] }),
    ],
  ])(
    'drops a connection that says %s, says why, and dials again without harm to the stream',
    async (_what, name, said) => {
      const { link, peers, reasons } = await connect();
      const frames: unknown[] = [];
      const ends: EndReason[] = [];
      link.open(
        name,
        { from: 0, offset: 0, limit: 1, after: '0' },
        {
          frame: (value) => void frames.push(value),
          end: (why) => void ends.push(why),
        },
      );
      await eventually(() => expect(peers[0]?.received).toHaveLength(1));
      peers[0]?.say(said);
      await peers[0]?.closed;
      await eventually(() => expect(peers[1]?.received).toMatchObject([{ id: 1, method: '$/open' }]));
      expect(reasons).toEqual(['protocol']);
      expect(frames).toEqual([]);
      expect(ends).toEqual([]);
    },
  );

  it('drops one that sends more than it was given credit for', async () => {
    const { link, peers, reasons } = await connect();
    const frames: unknown[] = [];
    link.open('count', { from: 0 }, { frame: (value) => void frames.push(value), end: () => {} });
    await eventually(() => expect(peers[0]?.received).toHaveLength(1));
    peers[0]?.say(frame({ t: 'state', version: 1, value: 1 }));
    peers[0]?.say(frame({ t: 'state', version: 2, value: 2 }));
    await eventually(() => expect(reasons).toEqual(['protocol']));
    expect(frames).toHaveLength(1);
  });

  it('ignores frames and answers for what was given up, and takes an error without data as a protocol error', async () => {
    const { link, peers, reasons } = await connect();
    peers[0]?.say(frame({ t: 'state', version: 1, value: 1 }));
    peers[0]?.say({ jsonrpc: '2.0', id: 99, result: 1 });
    const call = link.call('echo', { text: '' });
    peers[0]?.say({ jsonrpc: '2.0', id: 1, error: { code: 1, message: 'bad\nthings' } });
    await expect(call).rejects.toMatchObject({ data: { code: 'protocol', message: 'bad things' } });
    expect(reasons).toEqual([]);
  });

  it('refuses a call that the other side would not take, and keeps the link', async () => {
    const { link, peers } = await connect();
    await expect(link.call('echo', { text: 'x'.repeat(1 << 20) })).rejects.toMatchObject({
      data: { code: 'too-large' },
    });
    await expect(link.call('echo', { text: 1n as unknown as string })).rejects.toMatchObject({
      data: { code: 'invalid' },
    });
    expect(peers[0]?.received).toEqual([]);
  });
});
