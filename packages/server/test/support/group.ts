import { TestClient } from './client.ts';

/** How somebody may stand to a group. */
export const standings = [
  'owner',
  'admin',
  'member',
  'invited',
  'declined',
  'left',
  'kicked',
  'banned',
  'stranger',
] as const;
export type Standing = (typeof standings)[number];

const names = ['probe', 'founder', 'victim', 'outlaw', 'newcomer'] as const;
type Names = (typeof names)[number];
export type People = Readonly<Record<Names, TestClient>>;

export async function people(url: string): Promise<People> {
  const clients = {} as Record<Names, TestClient>;
  for (const name of names) clients[name] = await TestClient.register(url, name);
  return clients;
}

let count = 0;

/** A group in which `probe` stands as wanted, `victim` is a member, and `outlaw` is banned. Two messages are there. */
export async function makeStanding(
  { probe, founder, victim }: People,
  standing: Standing,
): Promise<{ conversation: string; probe: TestClient; owner: TestClient }> {
  count += 1;
  const clientId = `group-${count}`;
  const { conversation } = await founder.request({
    type: 'group-create',
    clientId,
    title: clientId,
    history: 'all',
    invite: standing === 'stranger' ? ['victim'] : ['victim', 'probe'],
  });
  await victim.request({ type: 'group-accept', conversation });
  await founder.request({ type: 'group-ban', conversation, address: 'outlaw' });
  if (!['stranger', 'invited', 'declined'].includes(standing))
    await probe.request({ type: 'group-accept', conversation });
  if (standing === 'owner' || standing === 'admin')
    await founder.request({ type: 'group-role', conversation, address: 'probe', role: standing });
  const owner = standing === 'owner' ? probe : founder;
  for (const [index, sender] of [owner, victim].entries())
    await sender.request({
      type: 'send',
      clientId: `${clientId}.${index}`,
      conversation,
      body: { text: 'hello' },
    });
  if (standing === 'declined') await probe.request({ type: 'group-decline', conversation });
  if (standing === 'left') await probe.request({ type: 'group-leave', conversation });
  if (standing === 'kicked') await founder.request({ type: 'group-kick', conversation, address: 'probe' });
  if (standing === 'banned') await founder.request({ type: 'group-ban', conversation, address: 'probe' });
  return { conversation, probe, owner };
}
