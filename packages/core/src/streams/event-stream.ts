import type { Observable } from 'rxjs';
import { Audience } from './audience.ts';
import type { FrameMember, Frames } from './frames.ts';

/** Events that belong to frames: they are heard when everything that their frame changed can be read. */
export class EventStream<T> implements FrameMember {
  readonly depth = 0;
  /** Hot; replays nothing; completes at `end()`; never errors. */
  readonly event$: Observable<T>;
  readonly #frames: Frames;
  readonly #audience: Audience<T>;
  #pending: T[] = [];
  #ending = false;

  constructor(frames: Frames) {
    this.#frames = frames;
    this.#audience = new Audience<T>(frames, () => undefined);
    this.event$ = this.#audience.observable$;
  }

  /** Tells of an event at the end of the frame, in the order of the calls. After the end it is ignored. */
  emit(event: T): void {
    this.#frames.run(() => {
      if (this.#ending) return;
      this.#pending.push(event);
      this.#frames.touch(this);
    });
  }

  /** Completes the stream after the events of this frame. */
  end(): void {
    this.#frames.run(() => {
      this.#ending = true;
      this.#frames.touch(this);
    });
  }

  settle(): boolean {
    return this.#pending.length > 0 || this.#ending;
  }

  tell(version: number): void {
    const events = this.#pending;
    this.#pending = [];
    this.#audience.tellAll(version, events);
    if (this.#ending) this.#audience.end();
  }
}
