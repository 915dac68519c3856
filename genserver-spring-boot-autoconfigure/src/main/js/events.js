/** Who listens to the client. */

export class Events {
  #listeners = { state: new Set(), error: new Set() };

  /** Returns what ends it. */
  on(event, listener) {
    this.#listeners[event].add(listener);
    return () => this.#listeners[event].delete(listener);
  }

  /** A listener that fails must not keep the client from connecting. */
  emit(event, ...values) {
    for (const listener of this.#listeners[event]) {
      try {
        listener(...values);
      }
      catch (error) {
        console.error(error);
      }
    }
  }
}
