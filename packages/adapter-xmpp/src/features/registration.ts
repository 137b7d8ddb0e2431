import { Element } from '@xmpp/xml';
import { asWireError } from '../wire/error.ts';
import { NS } from '../wire/namespaces.ts';
import type { XmppStream } from '../wire/stream.ts';

/** Gives the account another password (XEP-0077 section 3.3). Rejects with WireError `stanza-error` where the server does not want it. */
export async function changePassword(
  stream: XmppStream,
  username: string,
  password: string,
  signal: AbortSignal,
): Promise<void> {
  const query = new Element('query', { xmlns: NS.register });
  query.c('username').t(username);
  query.c('password').t(password);
  await stream.request('set', stream.domain, query, signal);
}

/** Takes the account away (XEP-0077 section 3.2). Many servers do not answer, but end the stream of somebody whom they do not know any more. */
export async function unregister(stream: XmppStream, signal: AbortSignal): Promise<void> {
  const query = new Element('query', { xmlns: NS.register });
  query.c('remove');
  try {
    await stream.request('set', null, query, signal);
  } catch (error) {
    const { code, condition } = asWireError(error);
    if (code !== 'stream-error' || condition !== 'not-authorized') throw error;
  }
}
