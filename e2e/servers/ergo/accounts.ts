import { once } from 'node:events';
import { connect } from 'node:net';

/** Someone who can sign in. */
export interface ErgoUser {
  /** The account, and the nick that belongs to it. */
  readonly name: string;
  readonly password: string;
}

/** Milliseconds in which a server on this machine answers. */
const PATIENCE = 10_000;

/** Makes an account as its owner would, before signing in (draft/account-registration). */
export async function registerAccount(port: number, { name, password }: ErgoUser): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' });
  const patience = AbortSignal.timeout(PATIENCE);
  socket.setEncoding('utf8');
  socket.write(`CAP REQ draft/account-registration\r\nNICK ${name}\r\nUSER ${name} 0 * :${name}\r\n`);
  socket.write(`REGISTER * * :${password}\r\nCAP END\r\n`);
  let heard = '';
  try {
    while (!heard.includes('REGISTER SUCCESS')) {
      heard += String((await once(socket, 'data', { signal: patience }))[0]);
      if (heard.includes('FAIL REGISTER')) throw new Error(`Ergo did not register ${name}:\n${heard}`);
    }
  } finally {
    socket.destroy();
  }
}
