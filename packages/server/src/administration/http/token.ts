import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenHash } from '../../accounts/tokens.ts';

/** Name of the file in the data directory, which only its owner can read. */
export const tokenFile = 'admin-token';

/** Checks the token of the administrator's HTTP interface. */
export class AdminToken {
  readonly #hash: Uint8Array;

  private constructor(token: string) {
    this.#hash = tokenHash(token);
  }

  /** Takes the token of a data directory, or makes one. */
  static of(dataDirectory: string): AdminToken {
    const path = join(dataDirectory, tokenFile);
    if (!existsSync(path))
      writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(path, 0o600);
    return new AdminToken(readFileSync(path, 'utf8').trim());
  }

  /** Whether an `Authorization` header carries it. */
  admits(authorization: string | undefined): boolean {
    const shown = /^Bearer ([\w-]{1,200})$/i.exec(authorization ?? '')?.[1];
    return shown !== undefined && timingSafeEqual(this.#hash, tokenHash(shown));
  }
}
