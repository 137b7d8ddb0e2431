import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, lstatSync, openSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbered, safeFileName } from '../src/commands/file/file-name.ts';
import { ended } from './support/cli.ts';
import { friends, nativeServer, temporaryFolder, until } from './support/network.ts';

describe('natter file get', () => {
  it('brings what natter send --file has sent, byte for byte, and replaces nothing', async () => {
    const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
    const { alice, bob } = await friends(server);
    const folder = temporaryFolder();
    const bytes = randomBytes(3_000_000);
    const path = join(folder, 'sheet music.pdf');
    writeFileSync(path, bytes);
    await alice.lines('send', 'bob@chat.test', 'for you', '--file', path);
    await until(async () => (await bob.lines('history', 'alice@chat.test')).length === 1);
    const [message] = await bob.lines('history', 'alice@chat.test');
    expect(message).toMatchObject({
      text: 'for you',
      attachments: [{ name: 'sheet music.pdf', mediaType: 'application/pdf', size: bytes.length }],
    });
    const id = String(message?.['id']);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const got = join(folder, 'got.pdf');
    expect(await bob.lines('file', 'get', id, '--output', got)).toMatchObject([
      { type: 'file', path: got, size: bytes.length, sha256, mediaType: 'application/pdf' },
    ]);
    expect(readFileSync(got).equals(bytes)).toBe(true);
    // What is no file is written into, and stays what it is: nobody wants a file for /dev/null.
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [piped] = await Promise.all([readFile(pipe), bob.lines('file', 'get', id, '--output', pipe)]);
    expect([piped.equals(bytes), statSync(pipe).isFIFO()]).toEqual([true, true]);
    // Standard output under its other name, redirected into a file: behind what is there, and no file in the place of /dev/stdout.
    const redirected = join(folder, 'redirected');
    writeFileSync(redirected, 'before');
    const into = openSync(redirected, 'a');
    const { code } = await ended(bob.start(['file', 'get', id, '--output', '/dev/stdout'], { stdout: into }));
    closeSync(into);
    expect([code, lstatSync('/dev/stdout').isSymbolicLink()]).toEqual([0, true]);
    expect(readFileSync(redirected).equals(Buffer.concat([Buffer.from('before'), bytes]))).toBe(true);
    const nowhere = await bob.run(['file', 'get', id, '--output', join(folder, 'none', 'got.pdf')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      `natter: nothing can be stored in ${join(folder, 'none')} (ENOENT); choose another place with --output\n`,
    ]);
    // Once it is here it does not need the network.
    await server.close();
    const [second] = await bob.lines('file', 'get', id, '--output', folder);
    expect(second?.['path']).toBe(join(folder, 'sheet music (1).pdf'));
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    const nothing = await bob.run(['file', 'get', 'no-such-message']);
    expect([nothing.code, nothing.stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
  });

  it('brings text, image, sound, video and anything else in one message, told by their bytes', async () => {
    const server = await nativeServer(['alice', 'bob'], { name: 'chat.test' });
    const { alice, bob } = await friends(server);
    const folder = temporaryFolder();
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAEklEQVR4nGNgYGD4jwXDAW4JAJQSBvqXy2P5AAAAAElFTkSuQmCC';
    const files: readonly (readonly [name: string, bytes: Buffer, kind: string, mediaType: string])[] = [
      ['notes.txt', Buffer.from('la la la'), 'file', 'text/plain'],
      ['cover.pdf', Buffer.from(png, 'base64'), 'image', 'image/png'],
      ['song.mp3', Buffer.concat([Buffer.from('ID3'), Buffer.alloc(200)]), 'audio', 'audio/mpeg'],
      [
        'clip.webm',
        Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex'),
        'video',
        'video/webm',
      ],
      ['not-a-picture.jpg', Buffer.from('not a picture'), 'file', 'application/octet-stream'],
      ['empty', Buffer.alloc(0), 'file', 'application/octet-stream'],
    ];
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    const options = files.flatMap(([name]) => ['--file', join(folder, name)]);
    await alice.lines('send', 'bob@chat.test', ...options);
    await until(async () => (await bob.lines('history', 'alice@chat.test')).length === 1);
    const [message] = await bob.lines('history', 'alice@chat.test');
    expect(message?.['attachments']).toMatchObject(
      files.map(([name, bytes, kind, mediaType]) => ({ name, kind, mediaType, size: bytes.length })),
    );
    expect(message?.['attachments']).toMatchObject({ 1: { width: 3, height: 2 } });
    const target = temporaryFolder();
    await bob.lines('file', 'get', String(message?.['id']), '--output', target);
    for (const [name, bytes] of files) expect(readFileSync(join(target, name)).equals(bytes)).toBe(true);
  });

  it('copies nothing that the network does not carry', async () => {
    const server = await nativeServer(['alice', 'bob'], { name: 'chat.test', limits: { fileBytes: 1000 } });
    const { alice } = await friends(server);
    const path = join(temporaryFolder(), 'film.mp4');
    writeFileSync(path, Buffer.alloc(1001));
    const { code, stderr } = await alice.run(['send', 'bob@chat.test', '--file', path]);
    expect([code, stderr]).toEqual([1, `natter: '${path}' has 1001 bytes, this network carries 1000\n`]);
    expect(readdirSync(join(alice.folder, 'home/data/blobs'))).toEqual([]);
  });

  it('makes a name of a stranger one that stays where it is put', () => {
    const names: readonly (readonly [string, string])[] = [
      ['../../etc/passwd', 'passwd'],
      ['..\\..\\boot.ini', 'boot.ini'],
      ['/etc/shadow', 'shadow'],
      ['C:evil', 'C_evil'],
      ['CON', 'file-CON'],
      ['nul.txt', 'file-nul.txt'],
      ['.', 'file'],
      ['..', 'file'],
      ['', 'file'],
      ['-rf', 'rf'],
      ['.bashrc', 'bashrc'],
      ['a\u0000b\u001b[2Jc', 'a_b_[2Jc'],
      ['photo\u202egpj.exe', 'photo_gpj.exe'],
      ['name. ', 'name'],
    ];
    for (const [given, made] of names) expect(safeFileName(given)).toBe(made);
    expect([0, 1].map((count) => numbered('a.b.txt', count))).toEqual(['a.b.txt', 'a.b (1).txt']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.nat(3), (name, count) => {
        const safe = numbered(safeFileName(name), count);
        expect(safe).not.toMatch(/^[.-]|[/\\\p{C}]|^$/u);
        expect(Buffer.byteLength(safe)).toBeLessThan(255);
      }),
    );
  });
});
