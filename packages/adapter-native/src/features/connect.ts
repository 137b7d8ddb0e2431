import type { JsonObject } from '@natter/core';
import type { Welcome } from '@natter/native-protocol';
import { locate, type Location } from '../mapping/address.ts';
import { parseConfig } from '../mapping/config.ts';
import type { Settings } from '../options.ts';
import { Connection } from '../wire/connection.ts';

/** A connection that has been greeted, and is not signed in. */
export interface Greeted {
  readonly connection: Connection;
  readonly welcome: Welcome;
  readonly location: Location;
  /** Certificate authorities in PEM, in place of the system's. */
  readonly ca?: string;
}

/**
 * Connects to the server of an account and learns what it is. Leaves nothing behind when it fails. Rejects with a
 * NatterError for a wrong address or setting, with a RequestError for everything that the network does. An abort, now or
 * later, closes the connection.
 */
export async function connect(
  address: string,
  config: JsonObject,
  settings: Settings,
  signal: AbortSignal,
): Promise<Greeted> {
  const parsed = parseConfig(config);
  const location = locate(address, parsed);
  const connection = new Connection({
    url: location.url,
    openTimeout: settings.openTimeout,
    interval: settings.keepaliveInterval,
    timeout: settings.replyTimeout,
    ...(parsed.ca === undefined ? {} : { ca: parsed.ca }),
  });
  const close = (): void => connection.close();
  signal.addEventListener('abort', close);
  void connection.closed.then(() => signal.removeEventListener('abort', close));
  if (signal.aborted) close();
  try {
    await connection.opened;
    const welcome = await connection.request('hello', (id) => ({
      type: 'hello',
      id,
      client: settings.client,
    }));
    return { connection, welcome, location, ...(parsed.ca === undefined ? {} : { ca: parsed.ca }) };
  } catch (caught) {
    connection.close();
    await connection.closed;
    throw caught;
  }
}
