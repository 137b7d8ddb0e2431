/** Views that several readers look at: made for the first, disposed after the last. */
export class SharedViews<View extends { readonly dispose: () => void }> {
  readonly #views = new Map<string, { readonly view: View; readers: number }>();

  /** The view under this name; give it back with the returned function, once. */
  borrow(name: string, make: () => View): { readonly view: View; readonly release: () => void } {
    const entry = this.#views.get(name) ?? { view: make(), readers: 0 };
    entry.readers += 1;
    this.#views.set(name, entry);
    let released = false;
    return {
      view: entry.view,
      release: () => {
        if (released) return;
        released = true;
        entry.readers -= 1;
        if (entry.readers > 0) return;
        this.#views.delete(name);
        entry.view.dispose();
      },
    };
  }
}
