package io.genserver.spring;

import java.util.List;

import io.genserver.Caller;
import io.genserver.CurrentContext;
import io.genserver.GenServerContext;
import reactor.util.context.Context;

/**
 * What a {@code Mono} or {@code Flux} that a handler returned finds in Reactor's context:
 * under {@link GenServerContext} and {@link Caller} the context of its message and who
 * sent that, and what all others add.
 *
 * @param others add to it, in this order
 */
record HandlerContexts(List<HandlerContext> others) {

	/** The context for what a handler returned on the calling thread. */
	Context current() {
		Context context = Context.empty();
		for (HandlerContext each : this.others) {
			context = each.write(context);
		}
		if (CurrentContext.get() == null) {
			return context;
		}
		GenServerContext message = GenServerContext.current();
		return context.put(GenServerContext.class, message).put(Caller.class, message.caller());
	}

}
