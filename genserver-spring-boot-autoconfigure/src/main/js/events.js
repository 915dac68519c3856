/** Who listens to the client. */

export function newEvents() {
  const listeners = { state: new Set(), error: new Set() };
  return {
    /** Returns what ends it. */
    on(event, listener) {
      listeners[event].add(listener);
      return () => listeners[event].delete(listener);
    },

    /** A listener that fails must not keep the client from connecting. */
    emit(event, ...values) {
      for (const listener of [...listeners[event]]) {
        try {
          listener(...values);
        }
        catch (error) {
          console.error(error);
        }
      }
    }
  };
}
