/** A hostile server in a process of its own, so that what it holds in memory is not taken for ours. Takes the name of an attack. */
import { createTestCa } from '@natter/testing/tls';
import { startScriptedServer, type Peer } from './scripted-server.ts';

const MEBIBYTE = 1024 * 1024;

const ATTACKS: Readonly<Record<string, (peer: Peer) => Promise<void>>> = {
  async garbage(peer) {
    for (let time = 0; time < 64; time += 1) peer.write(Buffer.from([0, 255, 1, 2, 3]));
  },
  async unclosed(peer) {
    peer.write(`<message from='a@b'><body>`);
    await peer.flood(Buffer.alloc(MEBIBYTE, 'a'), 64);
  },
  async deep(peer) {
    peer.write('<message>'.repeat(50_000));
  },
  async errors(peer) {
    peer.write('<a><b></c></d>');
  },
  async attributes(peer) {
    peer.write("<message a='");
    await peer.flood(Buffer.alloc(MEBIBYTE, 'a'), 64);
  },
  async elements(peer) {
    peer.write('<message>');
    await peer.flood(Buffer.from('<a/>'.repeat(MEBIBYTE / 4)), 64);
  },
};

const [, , attack = ''] = process.argv;
const ca = await createTestCa();
const certificate = await ca.issue({ hosts: ['localhost'] });
const server = await startScriptedServer(async (peer) => {
  await peer.signIn(certificate);
  await peer.settle();
  // The account is usable before it is attacked.
  process.once('message', () => void ATTACKS[attack]?.(peer));
  for (let iq = await peer.take('iq'); ; iq = await peer.take('iq')) peer.answer(iq);
});
process.send?.({ port: server.port, ca: ca.certificate });
