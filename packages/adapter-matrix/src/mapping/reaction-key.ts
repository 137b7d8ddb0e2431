/** U+FE0F, by which a character that can be a letter or a picture is a picture. */
const PICTURE = /\uFE0F/g;
/** What Unicode shows as a letter unless it is told otherwise: followed by a color of skin, it is a picture anyway. */
const LETTER = /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gu;
const WHOLE = /^\p{RGI_Emoji}$/v;

/**
 * The one way to write an emoji of several: some clients send it with variation selectors, some without, and it is the same
 * reaction (UTS #51, "fully-qualified emoji"). What is no emoji stays as it is.
 */
export function qualified(key: string): string {
  const bare = key.replace(PICTURE, '');
  if (WHOLE.test(bare)) return bare;
  const whole = bare.replace(LETTER, '$&\uFE0F');
  return WHOLE.test(whole) ? whole : key;
}
