/** Items on their way: those of a stream to the loop that takes them, and those that are sent from what gives them. */

/** What loops, and libraries that take async iterables, do with the items of a stream. Leaving it cancels at once. */
const iteratorOf = (next, cancel, more) => ({
  cancel,
  next,

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
});

/**
 * Takes what is to be done when no more items are wanted, and more that the iterator can do. Returns push(take), where take
 * returns an item and says that it is consumed; end(failure), where a failure is an error in an array; and the iterator.
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
          throw failure[0];
        }
        resolve(arrived.length ? { value: arrived.shift()(), done: false } : { value: undefined, done: true });
      }
      catch (error) {
        reject(error);
        cancel();
      }
    }
  };

  /** The first end counts. */
  const end = (why) => {
    failure = over ? failure : why;
    over = true;
    serve();
  };

  /** None is wanted any more, not even those that came. */
  const cancel = () => {
    arrived = [];
    failure = undefined;
    end();
    abandon();
  };

  return {
    end,

    push(take) {
      arrived.push(take);
      serve();
    },

    iterator: iteratorOf(() => new Promise((...both) => {
      waiting.push(both);
      serve();
    }), cancel, more)
  };
}

/** Gives one item after the other to a function, until it returns false or there are no more. */
export async function each(iterator, take) {
  for await (const item of { [Symbol.asyncIterator]: () => iterator }) {
    if (!await take(await item)) {
      return;
    }
  }
}

/** Lets an iterator clean up, also while its next() has not settled. */
export async function stop(iterator, failed) {
  try {
    await iterator?.return?.();
  }
  catch (error) {
    failed(error);
  }
}
