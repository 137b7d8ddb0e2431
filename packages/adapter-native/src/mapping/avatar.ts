import type { Avatar } from '@natter/core';

/** The picture of a group or a person: a file of the server, whose id stands for the same bytes for ever. */
export function avatarOf(file: string | undefined): Avatar | null {
  return file === undefined || file === '' ? null : { hash: file, remote: file };
}
