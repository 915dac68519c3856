package io.genserver.test.callers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.Caller;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.Reply;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;

@GenServer("desk")
class DeskServer implements Desk {

	private final List<String> notes = new ArrayList<>();

	@Override
	public String who() {
		Authentication user = SecurityContextHolder.getContext().getAuthentication();
		return name() + " as " + ((user != null) ? user.getName() : null);
	}

	private static @Nullable String name() {
		return switch (GenServerContext.current().caller()) {
			case Caller.Remote peer when peer.principal() != null -> peer.principal().getName();
			case Caller.Remote peer -> "stranger";
			case Caller.Local thread -> "thread";
			case Caller.Server server -> server.toString();
		};
	}

	@Override
	public CompletableFuture<String> whoLater() {
		return CompletableFuture.completedFuture(who());
	}

	@Override
	public Mono<String> whoLazily() {
		return ReactiveSecurityContextHolder.getContext()
			.map((security) -> security.getAuthentication().getName())
			.defaultIfEmpty("none");
	}

	@Override
	public Flux<String> whoAgain() {
		return Flux.just(who(), who());
	}

	@Override
	@PreAuthorize("hasRole('CLERK')")
	public String files() {
		return "files";
	}

	@Override
	public void sign() {
		if (!"ann".equals(name())) {
			throw new RpcException(Status.PERMISSION_DENIED, "for ann", false);
		}
	}

	@Override
	public String guarded() {
		return "guarded";
	}

	@Override
	public @Nullable String diagnostics() {
		return MDC.get("who");
	}

	@Override
	public void note(String text) {
		this.notes.add(name() + " " + text);
	}

	@Override
	public List<String> notes() {
		return List.copyOf(this.notes);
	}

	@Override
	public CompletableFuture<String> slow() {
		Reply<String> reply = GenServerContext.current().deferReply();
		GenServerContext.current().schedule(Duration.ofMinutes(1), () -> reply.complete("at last"));
		return CompletableFuture.completedFuture("");
	}

}
