import type { AccountInfo, Administration } from '@natter/server';
import type { Command } from '../../command-line/command.ts';
import type { CommandContext } from '../../context.ts';
import { countOf } from '../../output/count.ts';
import { oneLine } from '../../output/sanitise.ts';
import { passwordSource } from '../../prompts/password.ts';
import { serverFolder } from './data-folder.ts';
import { asNatterError } from './failure.ts';

/** A command that acts on the server's folder, whether or not a server runs on it. */
function administer(
  work: (context: CommandContext, administration: Administration) => Promise<void>,
): Command {
  return async (context) => {
    const { openAdministration } = await import('@natter/server');
    await asNatterError(async () => {
      const name = context.given.text('name');
      const administration = openAdministration({
        dataDirectory: serverFolder(context),
        ...(name !== undefined && { name }),
      });
      try {
        await work(context, administration);
      } finally {
        administration.close();
      }
    });
  };
}

/** `natter server user add NAME`. */
export const addUser: Command = administer(async (context, administration) => {
  const name = userOf(context);
  // Nobody types a password for a name that cannot be.
  await administration.checkFree(name);
  show(context, await administration.addUser(name, await newPassword(context)));
});

/** `natter server user list`. */
export const listUsers: Command = administer(async (context, administration) => {
  const users = await administration.listUsers();
  for (const user of users) show(context, user);
  if (users.length === 0)
    context.output.note('There is no account yet: create one with natter server user add.');
});

/** `natter server user suspend NAME [--reason TEXT] [--until DATE]`. */
export const suspendUser: Command = administer(async (context, administration) => {
  const { given } = context;
  const until = given.date('until');
  if (until !== undefined && until <= Date.now()) throw given.error('--until takes a date that is to come');
  await administration.suspend(userOf(context), given.text('reason') ?? '', until);
  await showOne(context, administration);
});

/** `natter server user resume NAME`. */
export const resumeUser: Command = administer(async (context, administration) => {
  await administration.resume(userOf(context));
  await showOne(context, administration);
});

/** `natter server user passwd NAME`. */
export const changePassword: Command = administer(async (context, administration) => {
  const name = userOf(context);
  await administration.user(name);
  await administration.setPassword(name, await newPassword(context));
  await showOne(context, administration);
});

/** `natter server user delete NAME`. */
export const deleteUser: Command = administer(async (context, administration) => {
  const { address } = await administration.user(userOf(context));
  await administration.deleteUser(userOf(context));
  context.output.item({ type: 'user', address, deleted: true }, () => `${oneLine(address)}  deleted`);
});

/** `natter server user devices NAME`. */
export const listDevices: Command = administer(async (context, administration) => {
  for (const { device, name, createdAt, seenAt } of await administration.listDevices(userOf(context)))
    context.output.item(
      {
        type: 'device',
        device,
        name,
        createdAt: new Date(createdAt).toISOString(),
        seenAt: new Date(seenAt).toISOString(),
      },
      () => `${device}  ${oneLine(name) || '(no name)'}  seen ${new Date(seenAt).toISOString()}`,
    );
});

/** `natter server user sign-out NAME DEVICE`. */
export const removeDevice: Command = administer(async (context, administration) => {
  const device = context.given.word(1);
  await administration.removeDevice(userOf(context), device);
  context.output.item({ type: 'device', device, removed: true }, () => `${oneLine(device)}  signed out`);
});

/** `natter server user invitations`. */
export const listInvitations: Command = administer(async ({ output }, administration) => {
  for (const { id, createdAt, expiresAt, usedBy } of await administration.listInvitations()) {
    const state = usedBy !== undefined ? 'used' : expiresAt <= Date.now() ? 'expired' : 'open';
    output.item(
      {
        type: 'invitation',
        id,
        state,
        createdAt: new Date(createdAt).toISOString(),
        expiresAt: new Date(expiresAt).toISOString(),
        usedBy: usedBy ?? null,
      },
      () => `${id}  ${state}${usedBy === undefined ? '' : ` by ${oneLine(usedBy)}`}`,
    );
  }
});

/** `natter server user revoke INVITATION`. */
export const revokeInvitation: Command = administer(async ({ given, output }, administration) => {
  const id = given.word(0);
  await administration.revokeInvitation(id);
  output.item({ type: 'invitation', id, state: 'revoked' }, () => `${oneLine(id)}  revoked`);
});

/** `natter server user invite [--days NUMBER]`. */
export const inviteUser: Command = administer(async ({ given, output }, administration) => {
  const days = given.count('days');
  const { code, expiresAt } = await administration.invite(days === undefined ? undefined : days * day);
  output.item({ type: 'invitation', code, expiresAt: new Date(expiresAt).toISOString() }, () => code);
});

const day = 24 * 3_600_000;

/** `alice` of `alice` and of `alice@example.org`. */
function userOf({ given }: CommandContext): string {
  return given.word(0).split('@', 1)[0] ?? '';
}

async function newPassword(context: CommandContext): Promise<string> {
  const password = await passwordSource(context).read('Password');
  if (password) return password;
  throw context.given.error('a password is needed: use --password-stdin or --password-command');
}

async function showOne(context: CommandContext, administration: Administration): Promise<void> {
  show(context, await administration.user(userOf(context)));
}

function show({ output }: CommandContext, user: AccountInfo): void {
  const { address, name, createdAt, devices, standing } = user;
  output.item(
    { type: 'user', address, name, createdAt: new Date(createdAt).toISOString(), devices, standing },
    () => `${oneLine(address)}  ${standingText(standing)}  ${countOf(devices, 'device')}`,
  );
}

/** `active`, `suspended until 2026-03-01T00:00:00.000Z: the reason`. */
function standingText(standing: AccountInfo['standing']): string {
  if (standing.state === 'active') return 'active';
  const until = standing.until === undefined ? '' : ` until ${new Date(standing.until).toISOString()}`;
  return `suspended${until}: ${oneLine(standing.reason)}`;
}
