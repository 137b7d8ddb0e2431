import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitsCheck,
  openSecret,
  passphraseKey,
  sealSecret,
} from '../../src/features/encryption/recovery/aes-hmac.ts';
import { readRecoveryKey, writeRecoveryKey } from '../../src/features/encryption/recovery/recovery-key.ts';

/** Written by matrix-js-sdk 43, so that what we write and read is what others write and read. */
const theirs = {
  key: Uint8Array.from({ length: 32 }, (_, at) => at),
  written: 'EsSz ykH7 LCZx 7Cae cmKD wcmY JRXi Ybtu 8iQ3 t8Ez nRwK pUY1',
  name: 'm.cross_signing.master',
  sealed: {
    iv: 'LJMfRD57zMgza/5WBdjusQ==',
    ciphertext: 'OK+5stoDNIk=',
    mac: 'ndlNdmeq8ofeSJXVL7k3Og2kNlNmpQ8ddcEHvH9gFwE=',
  },
  check: { iv: 'JALhC9TdM5B/4kdysceePw==', mac: '71YPXsxVtGsnhJwEBPWImbjky5zrv9O/mEXpnstgw7E=' },
};
const other = theirs.key.toReversed();

describe('recovery keys', () => {
  it('are written as others write them', () => {
    expect(writeRecoveryKey(theirs.key)).toBe(theirs.written);
    expect(readRecoveryKey(theirs.written)).toEqual(theirs.key);
    expect(readRecoveryKey(`  ${theirs.written.replaceAll(' ', '')}\n`)).toEqual(theirs.key);
  });

  it('come back whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
        expect(readRecoveryKey(writeRecoveryKey(key))).toEqual(Uint8Array.from(key));
      }),
    );
  });

  it('are not taken with a mistake', () => {
    expect(readRecoveryKey(theirs.written.replace('EsSz', 'EsSy'))).toBeNull();
    expect(readRecoveryKey(theirs.written.slice(0, -1))).toBeNull();
    for (const text of ['', '1', 'l0OI', 'correct horse battery staple', '1'.repeat(100_000)]) {
      expect(readRecoveryKey(text)).toBeNull();
    }
  });
});

describe('secrets', () => {
  it('are opened as others sealed them', async () => {
    expect(await openSecret(theirs.key, theirs.name, theirs.sealed)).toBe('a secret');
    expect(await fitsCheck(theirs.key, theirs.check)).toBe(true);
    const how = { algorithm: 'm.pbkdf2', salt: 'salt', iterations: 1_000, bits: 256 };
    expect(Buffer.from((await passphraseKey('pässword', how))!).toString('hex')).toBe(
      'ea16ba2819d400ff127f7b10dc214fd22835c1c5a4c420b5571c8348c78832b1',
    );
  });

  it('are bound to their key and name, and are not to be changed', async () => {
    const sealed = { ...(await sealSecret(theirs.key, 'one', 'grüße')) };
    expect(await openSecret(theirs.key, 'one', sealed)).toBe('grüße');
    expect(await openSecret(theirs.key, 'two', sealed)).toBeNull();
    expect(await openSecret(other, 'one', sealed)).toBeNull();
    expect(await openSecret(theirs.key, 'one', { ...sealed, ciphertext: 'AAAA' })).toBeNull();
    expect(await fitsCheck(other, theirs.check)).toBe(false);
  });

  it('are not opened by what a hostile server says of them', async () => {
    const sealed = { ...(await sealSecret(theirs.key, 'one', 'text')) };
    for (const broken of [
      {},
      { ...sealed, iv: 'AA' },
      { ...sealed, mac: 7 },
      { ...sealed, ciphertext: '%%' },
    ]) {
      expect(await openSecret(theirs.key, 'one', broken as never)).toBeNull();
    }
    for (const iterations of [0, -1, 1e12, Number.NaN, '5']) {
      expect(await passphraseKey('x', { algorithm: 'm.pbkdf2', salt: 's', iterations })).toBeNull();
    }
  });
});
