import { LiveMapBase } from './live-map-base.ts';
import type { RowChange, DerivedMap, Follower, LiveMap } from './live-map.ts';

/** What a view must know of a source to take its place behind it. */
export type FrameSource = Pick<LiveMap<never, never>, 'frames' | 'depth'>;

/** A map computed from other maps, row by row, inside the frame that changed them. */
export abstract class DerivedMapBase<K, V> extends LiveMapBase<K, V> implements DerivedMap<K, V> {
  readonly #detach: (() => void)[] = [];

  protected constructor(...sources: readonly [FrameSource, ...FrameSource[]]) {
    super(sources[0].frames, 1 + Math.max(...sources.map((source) => source.depth)));
  }

  /** {@inheritDoc DerivedMap.dispose} */
  dispose(): void {
    this.#release();
    this.frames.run(() => this.finish());
  }

  /** Takes in all rows a source has now, then every change; ends with it. */
  protected follow<K2, V2>(source: LiveMap<K2, V2>, apply: (change: RowChange<K2, V2>) => void): void {
    for (const [key, value] of source.entries()) apply({ key, value });
    this.followChanges(source, apply);
  }

  /** Takes in every change of a source from now on; ends with it. */
  protected followChanges<K2, V2>(source: LiveMap<K2, V2>, apply: (change: RowChange<K2, V2>) => void): void {
    const follower: Follower<K2, V2> = {
      apply: (changes) => changes.forEach(apply),
      end: () => {
        this.#release();
        this.finish();
      },
    };
    this.#detach.push(source.attach(follower));
  }

  /** Keeps what stops following a source, for when this map goes. */
  protected detachWith(detach: () => void): void {
    this.#detach.push(detach);
  }

  #release(): void {
    for (const detach of this.#detach.splice(0)) detach();
  }
}
