/** The items of a stream, between the connection that brings them and the loop that takes them. */

/**
 * Takes what is to be done when no more items are wanted, and more that the iterator can do. Returns push(take), where take
 * returns an item and says that it is consumed; end(error); and the iterator. Leaving it cancels at once, also while next()
 * waits.
 */
export function newItems(abandon, more) {
  let arrived = [];
  // Calls of next(), the oldest first.
  const waiting = [];
  let over;
  let failure;

  const serve = () => {
    while (waiting.length && (arrived.length || over)) {
      const [resolve, reject] = waiting.shift();
      try {
        if (!arrived.length && failure) {
          throw failure.pop();
        }
        resolve(arrived.length ? { value: arrived.shift()(), done: false } : { value: undefined, done: true });
      }
      catch (error) {
        failure = undefined;
        reject(error);
        cancel();
      }
    }
  };

  const end = (error) => {
    over = true;
    failure = error === undefined ? error : [error];
    serve();
  };

  /** None is wanted any more, not even those that came. */
  const cancel = () => {
    arrived = [];
    end();
    abandon();
  };

  return {
    end,

    push(take) {
      arrived.push(take);
      serve();
    },

    iterator: {
      cancel,

      next: () => new Promise((...both) => {
        waiting.push(both);
        serve();
      }),

      async return(value) {
        cancel();
        return { value: await value, done: true };
      },

      async throw(error) {
        cancel();
        throw error;
      },

      [Symbol.asyncIterator]() {
        return this;
      },

      ...more
    }
  };
}
