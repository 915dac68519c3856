package io.genserver.test.callers;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.Cast;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

interface Desk {

	/** Who calls. */
	String who();

	CompletableFuture<String> whoLater();

	Mono<String> whoLazily();

	Flux<String> whoAgain();

	/** For clerks, by Spring Security. */
	String files();

	/** For ann, by a rule of the handler's own. */
	void sign();

	/** For peers that an authorization lets through. */
	String guarded();

	/** The diagnostic context of the log. */
	@Nullable String diagnostics();

	@Cast
	void note(String text);

	List<String> notes();

	/** Replied to after a minute. */
	CompletableFuture<String> slow();

}
