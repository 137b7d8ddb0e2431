import type { Attachment, Op, Outcome } from '@natter/core';
import { refused } from '../mapping/errors.ts';
import type { Context } from './context.ts';
import { upload } from './upload.ts';

/** Shows a picture of ourselves to our contacts, or none any more. It is brought to the server first. */
export async function setPicture(
  context: Context,
  op: Op,
  image: Attachment | null,
  signal: AbortSignal,
): Promise<Outcome> {
  const [file] = image === null ? [] : await upload(context, [image], op.id, signal);
  if (image !== null && file?.file === undefined)
    return refused('unsupported', 'only a file of this server can be the picture');
  const picture = file?.file ?? '';
  await context.connection.request('profile-set', (id) => ({ type: 'profile-set', id, picture }), signal);
  return { result: 'accepted', refs: [] };
}
