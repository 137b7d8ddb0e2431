import type { Role } from '@natter/core/model';
import type { ISupport } from '../wire/isupport.ts';

/** What each membership mode is in natter's words, the most powerful first. Without any, one is a member. */
const ROLES: readonly (readonly [mode: string, role: Role])[] = [
  ['q', 'owner'],
  ['a', 'admin'],
  ['o', 'admin'],
  ['h', 'moderator'],
];

/** The role of somebody with these modes. */
export function roleOf(modes: ReadonlySet<string>): Role {
  return ROLES.find(([mode]) => modes.has(mode))?.[1] ?? 'member';
}

/** The modes to give and to take so that somebody has a role, as far as the server knows such modes. */
export function modesFor(
  role: Role,
  has: ReadonlySet<string>,
  support: ISupport,
): { give: string; take: string } {
  const known = new Set(support.prefixes.map(({ mode }) => mode));
  const wanted = { owner: 'q', admin: 'o', moderator: 'h', member: '', visitor: '', none: '' }[role];
  // A server without founders or half-operators has operators in their place.
  const give = wanted === '' || known.has(wanted) ? wanted : 'o';
  const take = ROLES.map(([mode]) => mode).filter((mode) => mode !== give && has.has(mode));
  return { give: has.has(give) ? '' : give, take: take.join('') };
}
