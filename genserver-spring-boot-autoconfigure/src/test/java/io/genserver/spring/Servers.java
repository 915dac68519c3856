package io.genserver.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.Request;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Servers for tests of what happens to bean definitions.
 */
final class Servers {

	private Servers() {
	}

	static ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class));
	}

	/**
	 * Notes what happens, in its order.
	 */
	static class Journal {

		final List<String> entries = new CopyOnWriteArrayList<>();

		void add(String entry) {
			this.entries.add(entry);
		}

	}

	interface KeyValue {

		@Nullable String get(String key);

		CompletableFuture<String> find(String key);

		Mono<String> lazy(String key);

		Flux<String> watch(String prefix);

		@Cast
		void set(String key, String value);

		String thread();

	}

	@GenServer("kv")
	static class KeyValueServer implements KeyValue {

		private final List<String> entries = new ArrayList<>();

		@Override
		public @Nullable String get(String key) {
			return this.entries.stream()
				.filter((each) -> each.startsWith(key + "="))
				.map((each) -> each.substring(key.length() + 1))
				.reduce((a, b) -> b)
				.orElse(null);
		}

		@Override
		public CompletableFuture<String> find(String key) {
			return CompletableFuture.completedFuture("found " + get(key));
		}

		@Override
		public Mono<String> lazy(String key) {
			return Mono.fromSupplier(() -> "lazy " + get(key));
		}

		@Override
		public Flux<String> watch(String prefix) {
			return Flux.fromIterable(List.copyOf(this.entries)).filter((each) -> each.startsWith(prefix));
		}

		@Override
		public void set(String key, String value) {
			this.entries.add(key + "=" + value);
		}

		@Override
		public String thread() {
			return Thread.currentThread().getName();
		}

	}

	record Increment(long by) implements Request<Long> {
	}

	/** Has no contract. */
	@GenServer("counter")
	static class Counter {

		long value;

		@Call
		long on(Increment increment) {
			this.value += increment.by();
			return this.value;
		}

	}

	interface Tile {

		int paint(int color);

		@Nullable String key();

	}

	@GenServer(name = "tile", keyed = true)
	static class TileServer implements Tile {

		private final GenServerContext context;

		private int painted;

		TileServer(GenServerContext context) {
			this.context = context;
		}

		@Override
		public int paint(int color) {
			this.painted += color;
			return this.painted;
		}

		@Override
		public @Nullable String key() {
			return this.context.key();
		}

	}

	interface Repo<T> {

		T last();

		void save(T item);

	}

	@GenServer("strings")
	static class Strings implements Repo<String> {

		private String last = "";

		@Override
		public String last() {
			return this.last;
		}

		@Override
		public void save(String item) {
			this.last = item;
		}

	}

	@GenServer("longs")
	static class Longs implements Repo<Long> {

		private long last;

		@Override
		public Long last() {
			return this.last;
		}

		@Override
		public void save(Long item) {
			this.last = item;
		}

	}

	interface Life {

		String setting();

	}

	@GenServer("living")
	static class LivingServer implements Life {

		private final Journal journal;

		private final String setting;

		LivingServer(GenServerContext context, Journal journal, @Value("${setting:none}") String setting) {
			this.journal = journal;
			this.setting = setting;
			journal.add("constructed " + context.name() + " in turn " + GenServerContext.current().name());
		}

		@PostConstruct
		void init() {
			this.journal.add("initialized in turn " + GenServerContext.current().name());
		}

		@PreDestroy
		void terminate() {
			this.journal.add("terminated in turn " + GenServerContext.current().name());
		}

		@Override
		public String setting() {
			return this.setting;
		}

	}

}
