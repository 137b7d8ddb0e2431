import { X509Certificate } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { createTestCa } from '@natter/testing/tls';
import { createXmppAdapter } from '../src/index.ts';
import { Person } from './support/recording-host.ts';
import { startScriptedServer, type ScriptedServer } from './support/scripted-server.ts';

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const { signal } = new AbortController();
let server: ScriptedServer;
afterEach(() => server.close());

test('a certificate of ours signs in, and neither password nor key goes out (EXTERNAL, XEP-0178)', async () => {
  const ca = await createTestCa();
  const certificate = await ca.issue({ hosts: ['localhost'] });
  const mine = await ca.issue({ hosts: ['me.example'] });
  const seen: (string | undefined)[] = [];
  server = await startScriptedServer(async (peer) => {
    await peer.startTls(certificate);
    const names = ['PLAIN', 'EXTERNAL'].map((name) => `<mechanism>${name}</mechanism>`).join('');
    await peer.open(`<mechanisms xmlns='${SASL}'>${names}</mechanisms>`);
    const auth = await peer.take('auth');
    seen.push(String(auth.attrs['mechanism']), auth.getText(), peer.fingerprint);
    peer.write(`<success xmlns='${SASL}'/>`);
    await peer.gone();
  });
  const config = {
    server: `127.0.0.1:${server.port}`,
    ca: ca.certificate,
    certificate: mine.certificate,
  };
  const adapter = createXmppAdapter({ limits: { closeTime: 50 } });
  const { host } = new Person(adapter, 'me@localhost', 'x', config);
  host.secrets.clear();
  const start = { purpose: 'add', address: 'me@localhost', config, deviceId: 'd' } as const;
  const machine = adapter.login({ ...start, account: 'a0' as never }, host);
  expect(await machine.next(null, signal)).toMatchObject({
    kind: 'fields',
    fields: [{ name: 'key', secret: true }],
  });
  expect(await machine.next({ action: 'submit', values: { key: mine.key } }, signal)).toMatchObject({
    kind: 'done',
    address: 'me@localhost',
  });
  expect(seen).toEqual(['EXTERNAL', '=', new X509Certificate(mine.certificate).fingerprint256]);
  expect([...host.secrets.keys()].toSorted()).toEqual(['key', 'sasl-mechanism']);
});
