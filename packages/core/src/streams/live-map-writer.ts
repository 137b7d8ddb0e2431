import type { Frames } from './frames.ts';
import { LiveMapBase } from './live-map-base.ts';

/**
 * The writing side of a {@link LiveMap}; hand it out as `LiveMap`. Write inside `frames.run`, so that all rows of a
 * commit become one frame; a write outside of one is a frame of its own, and one made by a listener waits for its turn.
 */
export class LiveMapWriter<K, V> extends LiveMapBase<K, V> {
  constructor(frames: Frames) {
    super(frames, 0);
  }

  /** Sets a row. Rows are compared by reference: the same object again is no change, so never mutate a row. */
  set(key: K, value: V): void {
    if (value === undefined) throw new TypeError('undefined means absent: use delete().');
    if (this.frames.phase === 'writing') this.put(key, value);
    else this.#putAlone(key, value);
  }

  /** Apart from `set`, so that a write within a frame makes no closure. */
  #putAlone(key: K, value: V): void {
    this.frames.run(() => this.put(key, value));
  }

  /** Removes a row, if it is there. */
  delete(key: K): void {
    this.frames.run(() => void this.drop(key));
  }

  /** Removes all rows. */
  clear(): void {
    this.frames.run(() => {
      for (const [key] of this.entries()) this.drop(key);
    });
  }

  /** Completes all streams of the map; who subscribes later gets the last rows, then completion. */
  end(): void {
    this.frames.run(() => this.finish());
  }
}
