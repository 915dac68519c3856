/** The items of a stream, between the connection that brings them and the loop that takes them. */

export class Items {
  /** Functions that return an item, and say that it is consumed. */
  #arrived = [];
  /** Calls of next() that wait, the oldest first. */
  #waiting = [];
  #over;
  #error;
  #abandon;

  /** Takes what is to be done when no more items are wanted. */
  constructor(abandon) {
    this.#abandon = abandon;
  }

  push(take) {
    this.#arrived.push(take);
    this.#serve();
  }

  /** There are no more items, perhaps because of an error. */
  end(error) {
    this.#over = true;
    this.#error = error;
    this.#serve();
  }

  next() {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  /** None is wanted any more, not even those that came. */
  cancel() {
    this.#arrived = [];
    this.end();
    this.#abandon();
  }

  #serve() {
    while (this.#waiting.length && (this.#arrived.length || this.#over)) {
      const { resolve, reject } = this.#waiting.shift();
      const error = this.#error;
      if (this.#arrived.length) {
        try {
          resolve({ value: this.#arrived.shift()(), done: false });
        }
        catch (error) {
          reject(error);
          this.cancel();
        }
      }
      else if (error !== undefined) {
        // Whoever goes on all the same is told that it is over.
        this.#error = undefined;
        reject(error);
      }
      else {
        resolve({ value: undefined, done: true });
      }
    }
  }
}

/** Items as an iterator. Leaving it cancels at once, also while next() waits. */
export function iteratorOf(items) {
  return {
    next: () => items.next(),

    async return(value) {
      items.cancel();
      return { value: await value, done: true };
    },

    async throw(error) {
      items.cancel();
      throw error;
    },

    cancel: () => items.cancel(),

    [Symbol.asyncIterator]() {
      return this;
    }
  };
}
