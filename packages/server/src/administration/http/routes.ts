import { z } from 'zod';
import type { Administration } from '../administration.ts';

/** What a route gets: the parts of the path that are variable, and the body. */
interface Call {
  readonly administration: Administration;
  readonly path: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One thing that can be asked. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/users/:user`: a part with a colon is variable. */
  readonly path: string;
  /** The answer; `undefined` has none. */
  readonly answer: (call: Call) => Promise<unknown>;
}

const newUser = z.object({
  user: z.string(),
  password: z.string(),
  name: z.string().max(256).exactOptional(),
});
const toCome = z.int().refine((time) => time > Date.now(), 'it must be a time to come');
const suspension = z.object({ reason: z.string().max(1000), until: toCome.exactOptional() });
const password = z.object({ password: z.string() });
const invitation = z.object({ lifetime: z.int().positive().exactOptional() });

/** A part of the path that the route names. */
const part = (call: Call, name: string): string => call.path[name] ?? '';

/** Everything the administrator's HTTP interface can do, below `/v1`. */
export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/users',
    answer: async ({ administration }) => ({ users: await administration.listUsers() }),
  },
  {
    method: 'POST',
    path: '/users',
    answer: ({ administration, body }) => {
      const { user, password: chosen, name } = newUser.parse(body);
      return administration.addUser(user, chosen, name);
    },
  },
  { method: 'GET', path: '/users/:user', answer: (call) => call.administration.user(part(call, 'user')) },
  {
    method: 'DELETE',
    path: '/users/:user',
    answer: (call) => call.administration.deleteUser(part(call, 'user')),
  },
  {
    method: 'POST',
    path: '/users/:user/suspend',
    answer: (call) => {
      const { reason, until } = suspension.parse(call.body);
      return call.administration.suspend(part(call, 'user'), reason, until);
    },
  },
  {
    method: 'POST',
    path: '/users/:user/resume',
    answer: (call) => call.administration.resume(part(call, 'user')),
  },
  {
    method: 'POST',
    path: '/users/:user/password',
    answer: (call) => call.administration.setPassword(part(call, 'user'), password.parse(call.body).password),
  },
  {
    method: 'GET',
    path: '/users/:user/devices',
    answer: async (call) => ({ devices: await call.administration.listDevices(part(call, 'user')) }),
  },
  {
    method: 'DELETE',
    path: '/users/:user/devices/:device',
    answer: (call) => call.administration.removeDevice(part(call, 'user'), part(call, 'device')),
  },
  {
    method: 'GET',
    path: '/invitations',
    answer: async ({ administration }) => ({ invitations: await administration.listInvitations() }),
  },
  {
    method: 'POST',
    path: '/invitations',
    answer: ({ administration, body }) => administration.invite(invitation.parse(body).lifetime),
  },
  {
    method: 'DELETE',
    path: '/invitations/:id',
    answer: (call) => call.administration.revokeInvitation(part(call, 'id')),
  },
];

/** The route for a method and a path, `other-method` when the path is right, or `null`. */
export function findRoute(
  method: string,
  path: string,
): { readonly route: Route; readonly path: Readonly<Record<string, string>> } | 'other-method' | null {
  let found: 'other-method' | null = null;
  for (const route of routes) {
    const parts = match(route.path, path);
    if (parts === null) continue;
    if (route.method === method) return { route, path: parts };
    found = 'other-method';
  }
  return found;
}

function match(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return null;
  const parts: Record<string, string> = {};
  for (const [index, name] of wanted.entries()) {
    const value = given[index] ?? '';
    if (name.startsWith(':')) parts[name.slice(1)] = value;
    else if (name !== value) return null;
  }
  return parts;
}
