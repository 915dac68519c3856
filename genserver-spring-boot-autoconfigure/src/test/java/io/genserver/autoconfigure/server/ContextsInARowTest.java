package io.genserver.autoconfigure.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration;
import io.genserver.background.BackgroundService;
import io.genserver.background.CancellationToken;
import io.genserver.background.Step;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.scheduling.Workers;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

/** Contexts that are opened and closed one after the other leave no threads. */
@RealThreads
class ContextsInARowTest {

	private static final int CONTEXTS = 60;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(GenServerAutoConfiguration.class, GenServerBackgroundAutoConfiguration.class))
		.withUserConfiguration(Executors.class, PooledServer.class, TickingServer.class, Feed.class);

	@Test
	void sixtyContextsLeaveNoThreads() {
		Set<Long> before = threads().keySet();
		List<Workers> workers = new ArrayList<>();
		for (int i = 0; i < CONTEXTS; i++) {
			this.runner.run((context) -> {
				workers.add(Workers.of(context.getBean(GenServerRuntime.class).scheduler()));
				assertThat(context.getBean(Pooled.class).thread()).startsWith("pool-of-servers-");
				assertThat(context.getBean(Ticking.class).next()).isOne();
			});
		}
		// The last ones may be about to end.
		HangGuard.await("the workers of all contexts have ended",
				() -> workers.stream().allMatch((each) -> each.threads() == 0));
		HangGuard.await("the threads of all contexts have ended", () -> left(before).isEmpty(),
				() -> "left: " + left(before));
	}

	private static Set<String> left(Set<Long> before) {
		return threads().entrySet()
			.stream()
			.filter((each) -> !before.contains(each.getKey()))
			.map(Map.Entry::getValue)
			.filter((name) -> name.startsWith("genserver-") || name.startsWith("background-")
					|| name.startsWith("pool-of-servers-"))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/** Threads of the platform: virtual ones are counted by what makes them. */
	private static Map<Long, String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.collect(Collectors.toMap(Thread::threadId, Thread::getName));
	}

	interface Pooled {

		String thread();

	}

	@GenServer(name = "pooled", executor = "serverPool")
	static class PooledServer implements Pooled {

		@Override
		public String thread() {
			return Thread.currentThread().getName();
		}

	}

	interface Ticking {

		int next();

	}

	@GenServer("ticking")
	static class TickingServer implements Ticking {

		private int number;

		@Every("1ms")
		void tick() {
		}

		@Override
		public int next() {
			return ++this.number;
		}

	}

	@Component("feed")
	static class Feed implements BackgroundService<String> {

		@Override
		public Step<String> run(CancellationToken token) {
			return Step.next();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Executors {

		@Bean
		ThreadPoolTaskExecutor serverPool() {
			ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
			pool.setCorePoolSize(2);
			pool.setThreadNamePrefix("pool-of-servers-");
			return pool;
		}

	}

}
