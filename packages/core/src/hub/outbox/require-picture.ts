import type { OperationBody } from '../../model/index.ts';
import { NatterError, errorData } from '../../model/index.ts';

/** Throws `invalid` for a picture of ourselves that is none, or that has no bytes here. */
export function requirePicture(body: OperationBody): void {
  if (body.type !== 'profile' || body.change.action !== 'avatar') return;
  const { image } = body.change;
  if (image === null || (image.mediaType.startsWith('image/') && image.blob !== null)) return;
  const message = `${image.name} is no picture: give a PNG, JPEG, GIF or WebP file`;
  throw new NatterError(errorData('invalid', message, { scope: 'account', userAction: 'choose' }));
}
