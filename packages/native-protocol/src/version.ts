/** The newest WebSocket subprotocol this package speaks. */
export const subprotocol = 'natter.1';

/**
 * The subprotocols this package speaks, most wanted first.
 *
 * A new number means that an old peer could misunderstand a frame. What an old peer can ignore (a new field, a new
 * frame type, a new kind of update) does not change it.
 */
export const subprotocols: readonly string[] = [subprotocol];

/** Picks the subprotocol for a connection: ours in order of preference, `null` when the peer offers none of them. */
export function chooseSubprotocol(offered: Iterable<string>): string | null {
  const names = new Set(offered);
  return subprotocols.find((name) => names.has(name)) ?? null;
}
