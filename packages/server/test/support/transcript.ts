import { once } from 'node:events';
import { subprotocols } from '@natter/native-protocol';
import { WebSocket } from 'ws';

/** A line of a transcript: who, in which direction, and the text of the frame. */
export interface TranscriptLine {
  readonly who: string;
  readonly direction: '>' | '<';
  readonly text: string;
}

/** Reads lines like `alice > {...}` (sent by her client) and `alice < {...}` (sent to it); others are prose. */
export function parseTranscript(text: string): TranscriptLine[] {
  return text.split('\n').flatMap((line) => {
    const [, who, direction, frame] = /^(\w+) ([<>]) (\{.*\})$/u.exec(line) ?? [];
    return who === undefined || frame === undefined
      ? []
      : [{ who, direction: direction === '>' ? '>' : '<', text: frame }];
  });
}

/** Tokens are random; everything else of a transcript is the same every time. */
function withoutSecrets(text: string): string {
  return text.replace(/"token":"[^"]*"/u, '"token":"…"');
}

/** Plays the clients' lines against a server, and returns the transcript with what the server really said. */
export async function replay(url: string, lines: readonly TranscriptLine[]): Promise<TranscriptLine[]> {
  const clients = new Map<string, { socket: WebSocket; received: string[] }>();
  const played: TranscriptLine[] = [];
  for (const line of lines) {
    const client = clients.get(line.who) ?? (await open(url));
    clients.set(line.who, client);
    if (line.direction === '>') client.socket.send(line.text);
    while (line.direction === '<' && client.received.length === 0) {
      await once(client.socket, 'message', { signal: AbortSignal.timeout(5000) });
    }
    played.push(
      line.direction === '>' ? line : { ...line, text: withoutSecrets(client.received.shift() ?? '') },
    );
  }
  for (const { socket } of clients.values()) socket.terminate();
  return played;
}

async function open(url: string): Promise<{ socket: WebSocket; received: string[] }> {
  const socket = new WebSocket(url, [...subprotocols]);
  const received: string[] = [];
  socket.on('message', (data: Buffer) => received.push(data.toString()));
  await once(socket, 'open');
  return { socket, received };
}
