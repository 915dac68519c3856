package io.genserver.spring;

import reactor.util.context.Context;

/**
 * Adds to what a {@code Mono} or {@code Flux} that a handler returned finds in Reactor's
 * context. Asked on the thread of the handler, with what belongs to the message on that
 * thread. Needs Reactor.
 */
public interface HandlerContext {

	/**
	 * Add to the context.
	 * @param context what others have added
	 * @return the same and more
	 */
	Context write(Context context);

}
