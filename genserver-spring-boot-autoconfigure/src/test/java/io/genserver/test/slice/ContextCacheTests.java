package io.genserver.test.slice;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootContextLoader;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.CacheAwareContextLoaderDelegate;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.cache.DefaultCacheAwareContextLoaderDelegate;
import org.springframework.test.context.cache.DefaultContextCache;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spring's test cache keeps contexts that no test uses, and pauses them: their servers
 * keep their state, and their timers pause.
 */
@RealThreads
class ContextCacheTests {

	private final CacheAwareContextLoaderDelegate cache = new DefaultCacheAwareContextLoaderDelegate(
			new DefaultContextCache(8));

	@Test
	void serversOfContextsThatTakeTurnsKeepTheirStateAndOnlyTheTimersOfTheOneInUseTick() {
		List<MergedContextConfiguration> all = IntStream.range(0, 4)
			.mapToObj(ContextCacheTests::configuration)
			.toList();
		try {
			for (int round = 1; round <= 3; round++) {
				Clock before = null;
				for (MergedContextConfiguration each : all) {
					Clock clock = enter(each);
					assertThat(clock.visit()).as("visits in a context that was paused").isEqualTo(round);
					int known = clock.ticks();
					// One tick may have been on its way as the other context was paused.
					int past = (before != null) ? before.ticks() : 0;
					HangGuard.await("its timer ticks", () -> clock.ticks() > known + 20);
					if (before != null) {
						assertThat(before.ticks()).as("ticks in a context that is paused").isBetween(past, past + 1);
					}
					before = clock;
					this.cache.unregisterContextUsage(each, getClass());
				}
			}
		}
		finally {
			all.forEach((each) -> this.cache.closeContext(each, HierarchyMode.EXHAUSTIVE));
		}
	}

	private Clock enter(MergedContextConfiguration configuration) {
		ApplicationContext context = this.cache.loadContext(configuration);
		this.cache.registerContextUsage(configuration, getClass());
		return context.getBean(Clock.class);
	}

	private static MergedContextConfiguration configuration(int number) {
		return new MergedContextConfiguration(ContextCacheTests.class, new String[0],
				new Class<?>[] { Application.class }, Set.of(), new String[] { "profile" + number },
				new SpringBootContextLoader());
	}

	interface Clock {

		int ticks();

		int visit();

	}

	@GenServer("clock")
	static class ClockServer implements Clock {

		private int ticks;

		private int visits;

		@Every("1ms")
		void tick() {
			this.ticks++;
		}

		@Override
		public int ticks() {
			return this.ticks;
		}

		@Override
		public int visit() {
			return ++this.visits;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ GenServerAutoConfiguration.class, ClockServer.class })
	static class Application {

	}

}
