package io.genserver.spring.security;

import io.genserver.spring.HandlerContext;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Lets what a handler returns find in Reactor's context who is authenticated on the
 * handler's thread, so that reactive method security decides by the caller.
 */
public final class ReactiveSecurityContext implements HandlerContext {

	@Override
	public Context write(Context context) {
		SecurityContext security = SecurityContextHolder.getContext();
		if (security.getAuthentication() == null) {
			return context;
		}
		return context.putAll(ReactiveSecurityContextHolder.withSecurityContext(Mono.just(security)).readOnly());
	}

}
