import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import { createTestCa } from '@natter/testing/tls';
import type { IssuedCertificate, TestCa } from '@natter/testing/tls';
import { describe, expect, it } from 'vitest';
import { createServer } from '../src/server.ts';
import type { LogEntry } from '../src/log.ts';
import { TestClient } from './support/client.ts';
import { startServer, temporaryDirectory } from './support/server.ts';
import { until } from './support/until.ts';

interface Files {
  readonly certificateFile: string;
  readonly keyFile: string;
}

function files(): Files {
  const folder = temporaryDirectory();
  return { certificateFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
}

/** As programs that renew certificates do it: written beside, and renamed. */
function install({ certificateFile, keyFile }: Files, { chain, key }: IssuedCertificate): void {
  for (const [path, text] of [
    [keyFile, key],
    [certificateFile, chain],
  ] as const) {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }
}

/** The serial number of the certificate that a new connection gets. */
async function serial(port: number, ca: TestCa): Promise<string> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const made: TLSSocket = connect(
      { port, host: '127.0.0.1', servername: 'localhost', ca: ca.certificate },
      () => resolve(made),
    );
    made.once('error', reject);
  });
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

describe('the certificate of a server', () => {
  it('is read again when its files change: new connections get it, old ones live on', async () => {
    const ca = await createTestCa();
    const tls = files();
    install(tls, await ca.issue({ hosts: ['localhost'] }));
    const entries: LogEntry[] = [];
    const server = await startServer({ tls, registration: 'open', log: (entry) => entries.push(entry) });
    const options = { ca: ca.certificate };
    const alice = await TestClient.connect(`wss://localhost:${server.port}`, options);
    const first = await serial(server.port, ca);

    install(tls, await ca.issue({ hosts: ['localhost'] }));
    const second = await until(async () => {
      const now = await serial(server.port, ca);
      return now === first ? null : now;
    });
    expect(second).not.toBe(first);
    await alice.request({ type: 'ping' });
    expect(entries.map(({ event }) => event)).toContain('certificate-reloaded');
  });

  it('is kept when the new one cannot be used, also when told to reload', async () => {
    const ca = await createTestCa();
    const tls = files();
    install(tls, await ca.issue({ hosts: ['localhost'] }));
    const entries: LogEntry[] = [];
    const server = await startServer({ tls, log: (entry) => entries.push(entry) });
    const first = await serial(server.port, ca);
    writeFileSync(tls.keyFile, 'not a key');
    server.reload();
    expect(entries.at(-1)).toMatchObject({ level: 'warn', event: 'certificate-kept' });
    expect(await serial(server.port, ca)).toBe(first);

    install(tls, await ca.issue({ hosts: ['localhost'] }));
    server.reload();
    expect(await serial(server.port, ca)).not.toBe(first);
  });

  it('must be there at the start', async () => {
    const dataDirectory = join(temporaryDirectory(), 'data');
    const tls = files();
    await expect(createServer({ dataDirectory, port: 0, tls })).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(/^[^\n]*cert\.pem cannot be read[^\n]*$/) as unknown,
    });
  });
});
