import type { RemoteKey, Role } from '@natter/core/model';
import { Element } from '@xmpp/xml';
import { NS } from '../../wire/namespaces.ts';

/** What to enter a room with. */
export interface Entry {
  readonly room: RemoteKey;
  readonly nick: string;
  readonly password: string | null;
  /** What to show of what was said before: nothing where an archive tells it, else what came after a moment. */
  readonly history: { readonly most: number } | { readonly since: number };
}

/** XEP-0045 sections 7.2 and 7.2.13. */
export function writeEntry({ room, nick, password, history }: Entry): Element {
  const presence = new Element('presence', { to: `${room}/${nick}` });
  const x = presence.c('x', { xmlns: NS.muc });
  if (password !== null) x.c('password').t(password);
  x.c(
    'history',
    'most' in history
      ? { maxstanzas: String(history.most) }
      : { since: new Date(history.since).toISOString() },
  );
  return presence;
}

/** Opens a room that we have just made as the service makes them (XEP-0045 section 10.1.2). */
export function writeInstantRoom(): Element {
  const query = new Element('query', { xmlns: NS.mucOwner });
  query.c('x', { xmlns: NS.dataForms, type: 'submit' });
  return query;
}

/** XEP-0045 section 7.14. */
export function writeExit(room: RemoteKey, nick: string): Element {
  return new Element('presence', { to: `${room}/${nick}`, type: 'unavailable' });
}

/** Changes what an occupant may do for this visit (XEP-0045 section 8). */
export function writeOccupantRole(nick: string, role: string, reason?: string): Element {
  return adminItem({ nick, role }, reason);
}

/** Changes what somebody may do for good (XEP-0045 sections 9 and 10). */
export function writeAffiliation(address: RemoteKey, affiliation: string, reason?: string): Element {
  return adminItem({ jid: address, affiliation }, reason);
}

function adminItem(attributes: Record<string, string>, reason?: string): Element {
  const query = new Element('query', { xmlns: NS.mucAdmin });
  const item = query.c('item', attributes);
  if (reason !== undefined) item.c('reason').t(reason);
  return query;
}

/** How a role of ours is said in affiliations, which are for good, or in roles, which last for a visit. */
export function roleChange(role: Role): { affiliation: string; role: string | null } {
  switch (role) {
    case 'owner':
    case 'admin':
      return { affiliation: role, role: null };
    case 'moderator':
      return { affiliation: 'member', role: 'moderator' };
    case 'member':
      return { affiliation: 'member', role: 'participant' };
    case 'visitor':
      return { affiliation: 'none', role: 'visitor' };
    case 'none':
      return { affiliation: 'none', role: null };
  }
}

/** Asks to remove what somebody else said (XEP-0425), as it is and as it was before its version 0.3. */
export function writeModeration(id: string, reason: string | null, old: boolean): Element {
  const request = old
    ? new Element('apply-to', { xmlns: NS.fasten, id })
    : new Element('moderate', { xmlns: NS.moderation, id });
  const moderate = old ? request.c('moderate', { xmlns: NS.oldModeration }) : request;
  moderate.c('retract', { xmlns: old ? NS.oldRetraction : NS.retraction });
  if (reason !== null) moderate.c('reason').t(reason);
  return request;
}

/** A message to the room that changes its topic (XEP-0045 section 8.1). */
export function writeTopic(id: string, room: RemoteKey, text: string): Element {
  const message = new Element('message', { to: room, type: 'groupchat', id });
  message.c('subject').t(text);
  return message;
}

/** An invitation by way of the room (XEP-0045 section 7.8.2), which makes a member where only members may enter. */
export function writeMediatedInvitation(room: RemoteKey, contact: RemoteKey, text?: string): Element {
  const message = new Element('message', { to: room });
  const invite = message.c('x', { xmlns: NS.mucUser }).c('invite', { to: contact });
  if (text !== undefined) invite.c('reason').t(text);
  return message;
}

/** A direct invitation (XEP-0249). */
export function writeDirectInvitation(
  room: RemoteKey,
  contact: RemoteKey,
  text?: string,
  password?: string | null,
): Element {
  const message = new Element('message', { to: contact });
  message.c('x', {
    xmlns: NS.conference,
    jid: room,
    ...(text === undefined ? {} : { reason: text }),
    ...(password === null || password === undefined ? {} : { password }),
  });
  return message;
}

/** XEP-0045 section 7.8.2. */
export function writeDecline(room: RemoteKey, inviter: RemoteKey): Element {
  const message = new Element('message', { to: room });
  message.c('x', { xmlns: NS.mucUser }).c('decline', { to: inviter });
  return message;
}

/** The owner's settings of a new room (XEP-0045 section 10.1); only those that the form offers, as others are refused. */
export function writeConfiguration(
  offered: ReadonlySet<string>,
  { title, isPublic }: { readonly title: string; readonly isPublic: boolean },
): Element {
  const query = new Element('query', { xmlns: NS.mucOwner });
  const form = query.c('x', { xmlns: NS.dataForms, type: 'submit' });
  const set = (name: string, value: string): void => {
    if (offered.has(name)) form.c('field', { var: name }).c('value').t(value);
  };
  form.c('field', { var: 'FORM_TYPE', type: 'hidden' }).c('value').t(NS.mucRoomConfig);
  set('muc#roomconfig_roomname', title);
  set('muc#roomconfig_persistentroom', '1');
  set('muc#roomconfig_publicroom', isPublic ? '1' : '0');
  set('muc#roomconfig_membersonly', isPublic ? '0' : '1');
  // In a closed group everybody may know whom they talk to; in public only those who keep order.
  set('muc#roomconfig_whois', isPublic ? 'moderators' : 'anyone');
  set('muc#roomconfig_enablearchiving', '1');
  set('muc#roomconfig_enablelogging', '1');
  return query;
}
