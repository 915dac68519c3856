package io.genserver.spring;

import java.util.function.Supplier;

import reactor.util.context.ContextView;

/**
 * Sends under the context of a reactive subscriber. Needs Reactor.
 */
public interface CallContext {

	/** Takes the thread as it is. */
	CallContext OF_THREAD = new CallContext() {
		@Override
		public <T> T within(ContextView subscriber, Supplier<T> sending) {
			return sending.get();
		}
	};

	/**
	 * Send.
	 * @param <T> type of what sending returns
	 * @param subscriber the subscriber's context
	 * @param sending sends, on the calling thread
	 * @return what sending returned
	 */
	<T> T within(ContextView subscriber, Supplier<T> sending);

}
