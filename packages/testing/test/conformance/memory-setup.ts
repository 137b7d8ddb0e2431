import { remoteKey, type Adapter } from '@natter/core';
import { fileAttachment } from '../../src/attachment.ts';
import type { AdapterSetup, Means, Peer } from '../../src/conformance/index.ts';
import {
  createMemoryAdapter,
  MemoryNetwork,
  type ProfileName,
  type Second,
  type Update,
} from '../../src/memory/index.ts';

/** A memory network with the account `ada` and the peer `bob`. `wrap` may spoil the adapter. */
export async function memorySetup(
  profile: ProfileName,
  wrap: (adapter: Adapter) => Adapter = (adapter) => adapter,
): Promise<AdapterSetup> {
  const network = new MemoryNetwork({ profile, seed: 1 });
  const ada = network.register('ada', 'correct horse', 'Ada');
  const bob = network.register('bob', 'battery staple', 'Bob');
  return {
    adapter: wrap(createMemoryAdapter(network)),
    account: { address: 'ada', config: {}, answers: { password: 'correct horse' } },
    peer: peerOf(bob, ada),
    means: meansOf(network, bob, ada),
    close: async () => network.cut(),
  };
}

function peerOf(bob: Second, ada: Second): Peer {
  const direct = { direct: ada.address };
  /** The key of the conversation of one of bob's messages. */
  const found = (id: string): { conversation: string; id: string } => {
    const update = bob.told.findLast((each) => each.type === 'message' && each.message.id === id);
    if (update?.type === 'message') return { conversation: update.message.conversation, id };
    throw new Error(`bob has no message ${id}`);
  };
  return {
    get address() {
      return bob.address;
    },
    get key() {
      return remoteKey(bob.address);
    },
    send: async (text, { room, claimed = null, replyTo, mention } = {}) => {
      const more = {
        ...(replyTo && { replyTo: { id: replyTo, quote: '' } }),
        ...(mention && { mentions: [ada.address] }),
      };
      return bob.send(room ?? direct, text, more, claimed);
    },
    received: async () => bob.conversationWith(ada.address).filter(({ from }) => from === ada.address),
    edit: async (id, text) => void bob.ask({ do: 'edit', ...found(id), body: { kind: 'text', text } }),
    retract: async (id) => void bob.ask({ do: 'retract', ...found(id), reason: null }),
    react: async (id, key) => void bob.ask({ do: 'react', ...found(id), key, on: true }),
    look: async (id) => look(bob.told, id),
    typing: async (active) => void bob.ask({ do: 'typing', conversation: conversationOf(bob), active }),
    confirm: async (id) => void bob.ask({ do: 'mark', ...found(id), kind: 'delivered' }),
    markRead: async (id) => void bob.ask({ do: 'mark', ...found(id), kind: 'read' }),
    readByAccount: async () => {
      const marker = bob.told.findLast(
        (update) => update.type === 'marker' && update.kind === 'read' && update.by === ada.address,
      );
      return marker?.type === 'marker' ? marker.id : null;
    },
    request: async (text) =>
      void bob.ask({ do: 'roster-add', address: ada.address, alias: null, groups: [], text }),
    answer: async (granted) => void bob.ask({ do: 'roster-answer', address: ada.address, granted }),
    appear: async (availability, text) => bob.appear(availability, text),
    sees: async () => bob.sees(ada.address),
    invite: async (name) =>
      bob.ask({ do: 'room-create', name, kind: 'group', topic: null, invite: [ada.address], clientId: null })
        .key,
    accept: async (room) => void bob.ask({ do: 'room-join', room }),
    join: async (room) => void bob.ask({ do: 'room-join', room }),
    leave: async (room) => void bob.ask({ do: 'room-leave', room }),
    heard: async (room) => heard(bob.told, room),
    open: async (name) =>
      bob.ask({ do: 'room-create', name, kind: 'channel', topic: null, invite: [], clientId: null }).key,
    sendFile: async (name, bytes) => {
      const { file } = bob.ask({ do: 'upload', bytes });
      const attachment = fileAttachment(name, bytes.length, { remote: file });
      bob.send(direct, name, { kind: 'attachment', attachments: [attachment] });
    },
    receivedFile: async () => {
      const sent = bob.told.findLast(
        (update) => update.type === 'message' && update.message.from === ada.address,
      );
      const remote = sent?.type === 'message' ? sent.message.body?.attachments?.[0]?.remote : null;
      return remote ? bob.ask({ do: 'download', file: remote, offset: 0 }).bytes : null;
    },
  };
}

function meansOf(network: MemoryNetwork, bob: Second, ada: Second): Partial<Means> {
  const { keeps, name } = network.profile;
  const always: Partial<Means> = {
    cut: () => network.cut('ada'),
    down: (down) => void (network.down = down),
    distrust: () => void (network.certificate = { fingerprint: 'stranger', known: false }),
    duplicate: () => void (network.faults = { duplicate: 0.5 }),
    reorder: () => void (network.faults = { reorder: 0.5 }),
    loseAnswer: () => void (network.faultsOnce = { loseAnswer: 1 }),
    sendAsThird: (room, text, claimed) => {
      const third = network.known('carol') ?? network.register('carol', 'third', 'Carol');
      third.ask({ do: 'room-join', room });
      third.send(room, text, {}, claimed);
    },
  };
  if (keeps) {
    always.echo = (echo) => void (network.faults = { echo });
    always.flood = async (texts) => texts.forEach((text) => bob.send({ direct: ada.address }, text));
  }
  if (name === 'arrival') {
    always.renamePeer = () => {
      const from = remoteKey(bob.address);
      bob.rename('robert');
      return { from, to: remoteKey('robert') };
    };
  }
  if (name !== 'archive') return always;
  return {
    ...always,
    rekeyConversation: () => keys(bob.upgrade(ada.address)),
    sendUnsettled: (text) => {
      const settle = bob.sendUnsettled(ada.address, text);
      return () => keys(settle());
    },
    sendLocked: (text) => bob.sendLocked(ada.address, text),
  };
}

function keys({ from, to }: { from: string; to: string }): {
  from: ReturnType<typeof remoteKey>;
  to: ReturnType<typeof remoteKey>;
} {
  return { from: remoteKey(from), to: remoteKey(to) };
}

function conversationOf(bob: Second): string {
  const update = bob.told.findLast(
    (each) => each.type === 'conversation' && each.conversation.kind === 'direct',
  );
  return update?.type === 'conversation' ? update.conversation.key : '';
}

function heard(told: readonly Update[], room: string): string[] {
  return told.flatMap((update) =>
    update.type === 'message' && update.message.conversation === room
      ? [update.message.body?.text ?? '']
      : [],
  );
}

function look(
  told: readonly Update[],
  id: string,
): { text: string | null; reactions: readonly string[]; replyTo: string | null } {
  let text: string | null = null;
  let replyTo: string | null = null;
  const reactions = new Set<string>();
  for (const update of told) {
    if (update.type === 'message' && update.message.id === id) {
      text = update.message.body?.text ?? null;
      replyTo = update.message.body?.replyTo?.id ?? null;
    }
    if (!('id' in update) || update.id !== id) continue;
    if (update.type === 'edit') text = update.body.text;
    if (update.type === 'retract') text = null;
    if (update.type === 'react' && update.on) reactions.add(update.key);
    if (update.type === 'react' && !update.on) reactions.delete(update.key);
  }
  return { text, reactions: [...reactions], replyTo };
}
