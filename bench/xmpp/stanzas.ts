/** What the server of the bench says: the same bytes go through the adapter and through the bare baselines. */
import { makeHistory } from '../lib/history.ts';

/** Conversations of the archive. */
const PEERS = 20;

/** A message as an archive of 10,000 holds it: small talk with receipts asked for, as clients send it. */
export function archivedMessages(count: number): readonly string[] {
  const history = makeHistory(count, PEERS);
  return Array.from({ length: count }, (_, at) => {
    const { content, conversation } = history.message(at);
    const peer = `friend${Number(conversation.slice(1))}@bench.test`;
    const stamp = new Date(1_600_000_000_000 + at * 60_000).toISOString();
    return (
      `<message to='me@bench.test/here' from='me@bench.test'><result xmlns='urn:xmpp:mam:2' queryid='QUERY' id='${at}'>` +
      `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${stamp}'/>` +
      `<message xmlns='jabber:client' type='chat' id='from-${at}' from='${peer}/phone' to='me@bench.test'>` +
      `<body>${content.text}</body><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>` +
      `<origin-id xmlns='urn:xmpp:sid:0' id='from-${at}'/><stanza-id xmlns='urn:xmpp:sid:0' by='me@bench.test' id='${at}'/>` +
      `</message></forwarded></result></message>`
    );
  });
}
