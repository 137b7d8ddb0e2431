import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAdministration } from '../src/administration/administration.ts';
import { createServer } from '../src/server.ts';
import { TestClient, password, testCost } from './support/client.ts';
import { startServer, temporaryDirectory } from './support/server.ts';

/** The matchers of vitest, with a type. */
const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describe('a data directory', () => {
  it('is private whatever the umask', async () => {
    const old = process.umask(0);
    onTestFinished(() => void process.umask(old));
    const dataDirectory = join(temporaryDirectory(), 'deep', 'data');
    const server = await startServer({ dataDirectory });
    await TestClient.register(server.url, 'alice');
    expect(statSync(dataDirectory).mode & 0o777).toBe(0o700);
    const files = readdirSync(dataDirectory);
    expect(files).toContain('server.db-wal');
    for (const file of files) {
      const found = statSync(join(dataDirectory, file));
      expect([file, found.mode & 0o777]).toEqual([file, found.isDirectory() ? 0o700 : 0o600]);
    }
  });

  it('that was made wide open is closed', async () => {
    const dataDirectory = join(temporaryDirectory(), 'data');
    mkdirSync(dataDirectory);
    chmodSync(dataDirectory, 0o777);
    await (await createServer({ dataDirectory, port: 0 })).close();
    expect(statSync(dataDirectory).mode & 0o777).toBe(0o700);
    chmodSync(join(dataDirectory, 'server.db'), 0o666);
    await startServer({ dataDirectory });
    expect(statSync(join(dataDirectory, 'server.db')).mode & 0o777).toBe(0o600);
  });

  it('that others use, or that is a file, is refused and keeps its mode', async () => {
    const shared = join(temporaryDirectory(), 'shared');
    mkdirSync(shared);
    const file = join(shared, 'passwd');
    writeFileSync(file, 'root');
    chmodSync(file, 0o644);
    chmodSync(shared, 0o755);
    for (const [dataDirectory, text, mode] of [
      [shared, 'choose a folder that the server has for itself', 0o755],
      [file, 'cannot open', 0o644],
    ] as const) {
      await expect(createServer({ dataDirectory, port: 0 })).rejects.toMatchObject({
        message: containing(text),
      });
      expect(statSync(dataDirectory).mode & 0o777).toBe(mode);
    }
    expect(readdirSync(shared)).toEqual(['passwd']);
  });

  it.runIf(process.platform === 'linux')('that cannot be made is refused, also in /proc', async () => {
    await expect(createServer({ dataDirectory: '/proc/natter/data', port: 0 })).rejects.toMatchObject({
      message: containing('ENOENT'),
    });
  });

  it('of a newer version is refused with one line, and left as it is', async () => {
    const dataDirectory = temporaryDirectory();
    await (await createServer({ dataDirectory, port: 0 })).close();
    const path = join(dataDirectory, 'server.db');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const before = readFileSync(path);
    await expect(createServer({ dataDirectory, port: 0 })).rejects.toMatchObject({
      code: 'data',
      message: matching(/^[^\n]*newer natter \(schema 99[^\n]*$/u),
    });
    expect(() => openAdministration({ dataDirectory })).toThrow('newer natter');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.each([
    [
      'text',
      'this is not a database, and it is longer than the header of one would be: one hundred bytes, all in all.',
      'is not a database',
    ],
    ['a short file', 'x', 'is not a database'],
  ])('that holds %s is refused and left as it is', async (_name, content, message) => {
    const dataDirectory = temporaryDirectory();
    const path = join(dataDirectory, 'server.db');
    writeFileSync(path, content);
    await expect(createServer({ dataDirectory, port: 0 })).rejects.toMatchObject({
      code: 'data',
      message: containing(message),
    });
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  it.each(['', 'PRAGMA application_id = 7;', 'PRAGMA user_version = 1;'])(
    'of another program is refused: %s',
    async (mark) => {
      const dataDirectory = temporaryDirectory();
      const database = new DatabaseSync(join(dataDirectory, 'server.db'));
      database.exec(`${mark} CREATE TABLE t (x)`);
      database.close();
      await expect(createServer({ dataDirectory, port: 0 })).rejects.toMatchObject({
        message: containing('another program'),
      });
    },
  );

  it('that is a file is refused', async () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, '');
    await expect(createServer({ dataDirectory: path, port: 0 })).rejects.toMatchObject({ code: 'data' });
  });

  it('serves one server at a time, and the next one at once', async () => {
    const dataDirectory = temporaryDirectory();
    const first = await createServer({ dataDirectory, port: 0 });
    await expect(createServer({ dataDirectory, port: 0 })).rejects.toMatchObject({
      code: 'data',
      message: containing('another server'),
    });
    await first.close();
    await startServer({ dataDirectory });
  });

  it('keeps the name of its server', async () => {
    const dataDirectory = temporaryDirectory();
    await (await createServer({ dataDirectory, port: 0, name: 'one.example' })).close();
    await expect(createServer({ dataDirectory, port: 0, name: 'two.example' })).rejects.toMatchObject({
      code: 'configuration',
    });
    expect((await startServer({ dataDirectory })).name).toBe('one.example');
    await expect(
      createServer({ dataDirectory: temporaryDirectory(), name: 'a"b', port: 0 }),
    ).rejects.toMatchObject({ code: 'configuration' });
  });
});

describe('starting', () => {
  it('beyond loopback needs TLS, or to be told', async () => {
    const dataDirectory = temporaryDirectory();
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'chat.example']) {
      await expect(createServer({ dataDirectory, port: 0, host })).rejects.toMatchObject({
        code: 'configuration',
        message: containing('--allow-insecure'),
      });
    }
    expect(readdirSync(dataDirectory)).toEqual([]);
    const server = await startServer({ dataDirectory, host: '0.0.0.0', allowInsecure: true });
    const client = await TestClient.connect(`ws://127.0.0.1:${server.port}`);
    expect((await client.request({ type: 'hello' })).registration).toBe('closed');
  });

  it('with a certificate speaks TLS, also beyond loopback, and nothing else on that port', async () => {
    const read = (file: string): string => readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8');
    const tls = { certificate: read('localhost.cert.pem'), key: read('localhost.key.pem') };
    const server = await startServer({ host: '0.0.0.0', tls, registration: 'open' });
    expect(server.url).toBe(`wss://0.0.0.0:${server.port}`);
    const client = await TestClient.connect(`wss://localhost:${server.port}`, { ca: tls.certificate });
    expect(await client.request({ type: 'register', user: 'alice', password })).toMatchObject({
      address: 'alice@localhost',
    });
    await expect(TestClient.connect(`ws://localhost:${server.port}`)).rejects.toThrow();
    const wrong = createServer({
      dataDirectory: temporaryDirectory(),
      port: 0,
      tls: { certificate: 'x', key: 'y' },
    });
    await expect(wrong).rejects.toMatchObject({ code: 'configuration', message: containing('certificate') });
  });

  it('on a port in use says so, and lets go of the data', async () => {
    const first = await startServer();
    const dataDirectory = temporaryDirectory();
    await expect(createServer({ dataDirectory, port: first.port })).rejects.toMatchObject({
      code: 'listen',
      message: containing(
        `${first.port}: another program listens there (EADDRINUSE); end it, or choose another port`,
      ),
    });
    await startServer({ dataDirectory });
  });

  it('again finds everything as it was, and closing tells the clients', async () => {
    const dataDirectory = temporaryDirectory();
    const first = await createServer({ dataDirectory, port: 0, passwordCost: testCost });
    const alice = await TestClient.register(first.url, 'alice');
    await first.administration.addUser('bob', password);
    const { conversation } = await alice.request({
      type: 'send',
      clientId: '1',
      peer: 'bob',
      body: { text: 'kept' },
    });
    await first.close();
    expect((await alice.push('closing')).error.code).toBe('going-away');
    await first.close();
    const second = await startServer({ dataDirectory });
    const bob = await TestClient.signIn(second.url, 'bob');
    expect((await bob.request({ type: 'history', conversation })).messages).toMatchObject([
      { seq: 1, body: { text: 'kept' } },
    ]);
  });
});

describe('administration', () => {
  it('by another process leaves a running server its log file and its lock', async () => {
    const dataDirectory = temporaryDirectory();
    const server = await startServer({ dataDirectory });
    const alice = await TestClient.register(server.url, 'alice');
    // Opened and refused in this process, too: neither may let go of what the server holds.
    openAdministration({ dataDirectory }).close();
    await expect(createServer({ dataDirectory, port: 0 })).rejects.toMatchObject({ code: 'data' });
    const wal = join(dataDirectory, 'server.db-wal');
    const before = statSync(wal).ino;

    const other = (script: string): number | null =>
      spawnSync(process.execPath, [
        '-e',
        `const { DatabaseSync } = require('node:sqlite'); ${script}`,
        dataDirectory,
      ]).status;
    expect(
      other(
        `const d = new DatabaseSync(process.argv[1] + '/server.db'); d.exec("INSERT INTO setting VALUES ('x', 'y')"); d.close()`,
      ),
    ).toBe(0);
    expect(statSync(wal).ino).toBe(before);
    expect(other(`new DatabaseSync(process.argv[1] + '/server.lock').exec('BEGIN EXCLUSIVE')`)).not.toBe(0);
    await alice.request({ type: 'send', clientId: '1', peer: 'alice', body: { text: 'still here' } });
  });

  it('works on a data directory without a server, and beside one', async () => {
    const dataDirectory = join(temporaryDirectory(), 'data');
    const administration = openAdministration({
      dataDirectory,
      name: 'chat.example',
      passwordCost: testCost,
    });
    onTestFinished(() => administration.close());
    expect(await administration.addUser('alice', password, 'Alice')).toMatchObject({
      address: 'alice@chat.example',
      devices: 0,
      standing: { state: 'active' },
    });
    const server = await startServer({ dataDirectory });
    const alice = await TestClient.signIn(server.url, 'alice');
    await administration.addUser('bob', password);
    await (await TestClient.connect(server.url)).request({ type: 'sign-in', address: 'bob', password });
    await administration.setPassword('alice', 'another one');
    expect((await alice.push('closing')).error.code).toBe('token-invalid');
    await administration.suspend('bob', 'away', Date.now() + 100_000);
    expect(await administration.listUsers()).toMatchObject([
      { name: 'Alice', devices: 0 },
      { address: 'bob@chat.example', standing: { state: 'suspended', reason: 'away' } },
    ]);
  });

  it('refuses with one line', async () => {
    const administration = openAdministration({
      dataDirectory: temporaryDirectory(),
      passwordCost: testCost,
    });
    onTestFinished(() => administration.close());
    await administration.addUser('alice', password);
    await expect(administration.addUser('alice', password)).rejects.toMatchObject({ code: 'name-taken' });
    await expect(administration.addUser('A b', password)).rejects.toMatchObject({ code: 'name-invalid' });
    await expect(administration.addUser('bob', '')).rejects.toMatchObject({ code: 'password-weak' });
    await expect(administration.suspend('bob', 'x')).rejects.toMatchObject({ code: 'not-found' });
    await expect(administration.setPassword('bob', password)).rejects.toMatchObject({ code: 'not-found' });
  });
});
