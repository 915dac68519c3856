package io.genserver.rpc.server.security;

import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.genserver.Caller;
import io.genserver.Envelope;
import io.genserver.GenServerInterceptor.Invocation;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.runtime.message.CallerError;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Who is the user while a message of a peer is handled, and after it. */
class PeerSecurityContextTest {

	private final PeerSecurityContext interceptor = new PeerSecurityContext();

	private final Authentication alice = new TestingAuthenticationToken("alice", "secret");

	private final Authentication operator = new TestingAuthenticationToken("operator", "secret");

	@AfterEach
	void clear() {
		SecurityContextHolder.clearContext();
	}

	private static @Nullable Authentication user() {
		return SecurityContextHolder.getContext().getAuthentication();
	}

	private static Envelope from(Caller caller) {
		return (Envelope) Proxy.newProxyInstance(Envelope.class.getClassLoader(), new Class<?>[] { Envelope.class },
				(proxy, method, arguments) -> method.getName().equals("caller") ? caller : null);
	}

	private static Envelope fromPeer(@Nullable Principal principal) {
		return from(new Caller.Remote("c1", "test", principal));
	}

	@Test
	void itIsThePeerMeanwhileAndNobodyAfterwards() throws Throwable {
		assertThat(this.interceptor.handling(fromPeer(this.alice), PeerSecurityContextTest::user)).isSameAs(this.alice);
		assertThat(user()).isNull();
	}

	@Test
	void itIsNobodyAfterAFailureToo() {
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.interceptor.handling(fromPeer(this.alice), () -> {
				throw new IllegalStateException("a bug");
			}));
		assertThat(user()).isNull();
	}

	@Test
	void whoWasThereBeforeIsThereAgain() throws Throwable {
		SecurityContextHolder.getContext().setAuthentication(this.operator);
		assertThat(this.interceptor.handling(fromPeer(this.alice), PeerSecurityContextTest::user)).isSameAs(this.alice);
		assertThat(user()).isSameAs(this.operator);
	}

	@Test
	void aPeerThatDidNotAuthenticateIsNobodyWhoeverWasThere() throws Throwable {
		SecurityContextHolder.getContext().setAuthentication(this.operator);
		assertThat(this.interceptor.handling(fromPeer(null), PeerSecurityContextTest::user)).isNull();
		assertThat(this.interceptor.handling(fromPeer(() -> "alice"), PeerSecurityContextTest::user)).isNull();
	}

	@Test
	void otherMessagesAreLeftAsTheyAre() throws Throwable {
		SecurityContextHolder.getContext().setAuthentication(this.operator);
		Envelope local = from(new Caller.Local("main"));
		assertThat(this.interceptor.handling(local, PeerSecurityContextTest::user)).isSameAs(this.operator);
		assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> this.interceptor.handling(local, () -> {
			throw new AccessDeniedException("no");
		}));
	}

	@Test
	void aRefusalIsToldAndIsTheCallersFault() {
		assertRefused(Status.PERMISSION_DENIED, () -> {
			throw new AccessDeniedException("not you");
		});
		assertRefused(Status.UNAUTHENTICATED, () -> {
			throw new AuthenticationCredentialsNotFoundException("not you");
		});
	}

	private void assertRefused(Status status, Invocation handler) {
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> this.interceptor.handling(fromPeer(this.alice), handler))
			.isInstanceOf(CallerError.class)
			.withMessage("not you")
			.satisfies((refusal) -> assertThat(refusal.status()).isEqualTo(status));
	}

	@Test
	void aRefusalThatComesLaterIsToldToo() throws Throwable {
		CompletableFuture<Object> later = new CompletableFuture<>();
		Object result = this.interceptor.handling(fromPeer(this.alice), () -> later.thenApply((value) -> value));
		later.completeExceptionally(new AccessDeniedException("not you"));
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> join(result))
			.havingCause()
			.isInstanceOf(RpcException.class)
			.isInstanceOf(CallerError.class)
			.withMessage("not you");
	}

	@Test
	void otherFailuresAreTheServers() throws Throwable {
		Object result = this.interceptor.handling(fromPeer(this.alice),
				() -> CompletableFuture.failedFuture(new IllegalStateException("a bug")));
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> join(result))
			.withCauseInstanceOf(IllegalStateException.class);
	}

	private static Object join(@Nullable Object stage) {
		return ((CompletionStage<?>) java.util.Objects.requireNonNull(stage)).toCompletableFuture().join();
	}

}
