/** The end of messages for their age, by the will of who runs the server. */
export interface MessageRetention {
  /**
   * Removes what was said before a time from the server: texts, reactions, pins, and what no other message points to of files.
   * Nobody is told; what clients have stored is theirs. Resolves with how many messages they were.
   */
  removeBefore(time: number): Promise<number>;
}
