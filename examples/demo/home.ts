import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the demo keeps everything: inside the clone, used again by the next start. */
export interface DemoHome {
  /** The native server's data. */
  readonly server: string;
  /** The store of the demo's own natter. */
  readonly store: string;
  /** Encryption keys of devices. */
  readonly keys: string;
  /** Made once; signs both people of the demo in, on servers that nobody else can reach. */
  readonly password: string;
}

/** Makes the folder the first time. */
export function openHome(folder: string): DemoHome {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const passwordFile = join(folder, 'password');
  if (!existsSync(passwordFile)) {
    writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  }
  return {
    server: join(folder, 'server'),
    store: join(folder, 'natter.db'),
    keys: join(folder, 'keys'),
    password: readFileSync(passwordFile, 'utf8').trim(),
  };
}
