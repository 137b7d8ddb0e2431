import type { Observable, Subscription } from 'rxjs';
import type { ConversationId } from '../../model/index.ts';
import type { News } from '../state/news.ts';

/** Brings each commit's news to those who look at the conversations that it touched: by key, not by asking everybody. */
export class NewsDispatch {
  readonly #listeners = new Map<ConversationId, Set<(news: News) => void>>();
  readonly #subscription: Subscription;

  constructor(news$: Observable<News>) {
    this.#subscription = news$.subscribe((news) => this.#tell(news));
  }

  /** Calls back for every commit that touched the conversation. Returns the function that stops it. */
  listen(conversation: ConversationId, listener: (news: News) => void): () => void {
    const here = this.#listeners.get(conversation) ?? new Set();
    here.add(listener);
    this.#listeners.set(conversation, here);
    return () => {
      here.delete(listener);
      if (here.size === 0 && this.#listeners.get(conversation) === here) this.#listeners.delete(conversation);
    };
  }

  close(): void {
    this.#subscription.unsubscribe();
    this.#listeners.clear();
  }

  #tell(news: News): void {
    if (this.#listeners.size === 0) return;
    const touched = new Set<ConversationId>();
    for (const { conversation } of news.messages) touched.add(conversation);
    for (const { conversation } of news.removed) touched.add(conversation);
    for (const { conversation } of news.members) touched.add(conversation);
    for (const conversation of touched)
      for (const listener of this.#listeners.get(conversation) ?? []) listener(news);
  }
}
