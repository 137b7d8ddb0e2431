/** The end of messages that were given one. */
export interface MessageExpiry {
  /**
   * Removes messages whose time has come, and tells everybody who had them; a long list in several calls. Nothing of their
   * text is left anywhere, also not in the update logs. Resolves with how many they were and when the next one is due:
   * milliseconds since 1970, in the past when there are more at once; `null` when there is none.
   */
  expire(now: number): Promise<{ readonly removed: number; readonly next: number | null }>;
}
