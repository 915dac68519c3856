package io.genserver.spring;

import java.util.concurrent.CompletableFuture;

import io.genserver.spring.Servers.KeyValue;
import io.genserver.spring.Servers.KeyValueServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.convention.TestBean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A test that replaces a server by a fake of its contract replaces its proxy.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
class ServerOverrideTest {

	@TestBean
	KeyValue kv;

	@Autowired
	Client client;

	static KeyValue kv() {
		return new Fake();
	}

	@Test
	void theProxyIsReplaced() {
		assertThat(this.client.kv()).isSameAs(this.kv);
		assertThat(this.client.kv().get("a")).isEqualTo("fake");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ KeyValueServer.class, Client.class })
	static class Application {

	}

	record Client(KeyValue kv) {
	}

	private static final class Fake implements KeyValue {

		@Override
		public @Nullable String get(String key) {
			return "fake";
		}

		@Override
		public CompletableFuture<String> find(String key) {
			return CompletableFuture.completedFuture("fake");
		}

		@Override
		public Mono<String> lazy(String key) {
			return Mono.just("fake");
		}

		@Override
		public Flux<String> watch(String prefix) {
			return Flux.just("fake");
		}

		@Override
		public void set(String key, String value) {
		}

		@Override
		public String thread() {
			return "fake";
		}

	}

}
