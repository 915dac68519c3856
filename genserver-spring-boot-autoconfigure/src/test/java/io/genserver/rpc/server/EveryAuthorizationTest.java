package io.genserver.rpc.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.Caller;
import io.genserver.remote.RpcAuthorization;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What several decide together. */
class EveryAuthorizationTest {

	private static final Caller.Remote PEER = new Caller.Remote("c1", "test", null);

	private static final RpcAuthorization.Target TARGET = new RpcAuthorization.Target("kv", null, "get");

	private final List<String> asked = new ArrayList<>();

	private RpcAuthorization answering(String name, @Nullable Boolean answer) {
		return (caller, target) -> {
			this.asked.add(name);
			return CompletableFuture.completedFuture(answer);
		};
	}

	private boolean decide(RpcAuthorization... all) {
		RpcAuthorization every = EveryAuthorization.of(List.of(all), Runnable::run);
		assertThat(every).isNotNull();
		return every.authorize(PEER, TARGET).toCompletableFuture().join();
	}

	@Test
	void allMustAgree() {
		assertThat(decide(answering("first", true), answering("second", true), answering("third", true))).isTrue();
		assertThat(this.asked).containsExactly("first", "second", "third");
		assertThat(decide(answering("first", true), answering("second", false))).isFalse();
	}

	@Test
	void whoComesAfterARefusalIsNotAsked() {
		assertThat(decide(answering("first", false), answering("second", true))).isFalse();
		assertThat(decide(answering("third", null), answering("fourth", true))).isFalse();
		assertThat(this.asked).containsExactly("first", "third");
	}

	@Test
	void whereNobodyDecidesNobodyIsAsked() {
		assertThat(EveryAuthorization.of(List.of(), Runnable::run)).isNull();
	}

}
