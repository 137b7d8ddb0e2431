/**
 * Whether a mask (`*!*@*.example.org`) is for somebody; both folded. `*` stands for any text and `?` for one character.
 * It looks back no further than the last `*`, so that no mask takes long.
 */
export function matchesMask(mask: string, who: string): boolean {
  let [at, place] = [0, 0];
  let [star, resumed] = [-1, 0];
  while (place < who.length) {
    if (mask[at] === '*') {
      star = at;
      resumed = place;
      at += 1;
    } else if (at < mask.length && (mask[at] === '?' || mask[at] === who[place])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      resumed += 1;
      place = resumed;
    } else return false;
  }
  while (mask[at] === '*') at += 1;
  return at === mask.length;
}
