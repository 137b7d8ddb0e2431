/**
 * Contacts behind a server, as a component of it (XEP-0114): whoever asks how one of them is, is told that they are there.
 * A process of its own, so that its work is not counted as anybody else's.
 */
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const [, , port = '', domain = ''] = process.argv;
const socket = await patiently(() => {
  const each = connect(Number(port), '127.0.0.1');
  return new Promise<Socket>((resolve, reject) =>
    each.once('connect', () => resolve(each)).once('error', reject),
  );
});
let rest = '';
socket.setEncoding('utf8').on('data', (chunk: string) => {
  rest += chunk;
  const id = /<stream:stream[^>]* id=['"]([^'"]*)/.exec(rest)?.[1];
  if (id !== undefined) {
    rest = '';
    const hash = createHash('sha1').update(`${id}secret`).digest('hex');
    return void socket.write(`<handshake>${hash}</handshake>`);
  }
  if (rest.startsWith('<handshake')) {
    rest = '';
    process.send?.({ url: domain });
    return;
  }
  answer();
});
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});

socket.write(
  `<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}'>`,
);

/** The server may not listen for components yet. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 50; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await delay(100);
    }
  }
}

/** Answers all probes (RFC 6121 section 4.3) that are whole. */
function answer(): void {
  const probes = rest.matchAll(/<presence\b[^>]*?\btype='probe'[^>]*>|<presence\b[^>]*>/g);
  let end = 0;
  let told = '';
  for (const { 0: tag, index } of probes) {
    end = index + tag.length;
    if (!tag.includes(`type='probe'`)) continue;
    const [from, to] = [/ to='([^']*)'/.exec(tag)?.[1] ?? '', / from='([^']*)'/.exec(tag)?.[1] ?? ''];
    told += `<presence from='${from}/phone' to='${to}'><show>away</show><status>at ${from}</status><priority>5</priority></presence>`;
  }
  rest = rest.slice(end);
  if (told !== '') socket.write(told);
}
