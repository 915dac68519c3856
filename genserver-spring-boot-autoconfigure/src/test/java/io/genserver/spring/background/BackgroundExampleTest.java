package io.genserver.spring.background;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.background.BackgroundHandle;
import io.genserver.background.BackgroundService;
import io.genserver.background.BackgroundServices;
import io.genserver.background.CancellationToken;
import io.genserver.background.Completion;
import io.genserver.background.HandleProvider;
import io.genserver.background.ItemConsumer;
import io.genserver.background.ItemsOf;
import io.genserver.background.ServiceDefinition;
import io.genserver.background.Step;
import io.genserver.testsupport.HangGuard;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples in {@code docs/background.md}.
 */
class BackgroundExampleTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(GenServerAutoConfiguration.class, GenServerBackgroundAutoConfiguration.class));

	@Test
	void theFeedReachesTheServerThroughItsConsumer() {
		Exchange exchange = new Exchange();
		this.runner.withBean(Exchange.class, () -> exchange)
			.withUserConfiguration(PriceFeed.class, PriceConsumer.class, PriceServer.class)
			.run((context) -> {
				exchange.quotes.add(new Price("XYZ", new BigDecimal("12.50")));
				long end = System.nanoTime() + HangGuard.DURATION.toNanos();
				while (context.getBean(Prices.class).of("XYZ") == null && System.nanoTime() < end) {
					Thread.onSpinWait();
				}
				assertThat(context.getBean(Prices.class).of("XYZ")).isEqualTo("12.50");
			});
	}

	@Test
	void theImportTellsItsProgressAndEndsWithItsToken() {
		this.runner.run((context) -> {
			BackgroundServices services = context.getBean(BackgroundServices.class);
			CancellationToken token = CancellationToken.create();

			BackgroundHandle<Progress> handle = services
				.spawn(ServiceDefinition.providing("import", new Import(1000)).withToken(token));
			assertThat(handle.own().percent()).isBetween(0, 100);
			Completion completion = handle.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS);

			assertThat(completion.reason()).isEqualTo(Completion.Reason.DONE);
			assertThat(handle.own().percent()).isEqualTo(100);
		});
	}

	record Price(String symbol, BigDecimal value) {
	}

	/** Somewhere outside. */
	static class Exchange {

		private final BlockingQueue<Price> quotes = new LinkedBlockingQueue<>();

		@Nullable Price poll() {
			return this.quotes.poll();
		}

	}

	@Component("priceFeed")
	static class PriceFeed implements BackgroundService<Price> {

		private final Exchange exchange;

		PriceFeed(Exchange exchange) {
			this.exchange = exchange;
		}

		@Override
		public Step<Price> run(CancellationToken token) {
			Price price = this.exchange.poll();
			return (price != null) ? Step.item(price) : Step.next(Duration.ofMillis(10));
		}

	}

	@Component
	@ItemsOf("priceFeed")
	static class PriceConsumer implements ItemConsumer<Price> {

		private final Prices prices;

		PriceConsumer(Prices prices) {
			this.prices = prices;
		}

		@Override
		public boolean accept(Price price) {
			this.prices.update(price.symbol(), price.value().toPlainString());
			return true;
		}

	}

	interface Prices {

		@Cast
		void update(String symbol, String value);

		@Nullable String of(String symbol);

	}

	@GenServer("prices")
	static class PriceServer implements Prices {

		private final Map<String, String> values = new HashMap<>();

		@Override
		public void update(String symbol, String value) {
			this.values.put(symbol, value);
		}

		@Override
		public @Nullable String of(String symbol) {
			return this.values.get(symbol);
		}

	}

	interface Progress {

		int percent();

	}

	static class Import implements BackgroundService<Void>, HandleProvider<Progress> {

		private final int rows;

		private volatile int imported;

		Import(int rows) {
			this.rows = rows;
		}

		@Override
		public Progress newHandle() {
			return () -> this.imported * 100 / this.rows;
		}

		@Override
		public Step<Void> run(CancellationToken token) {
			this.imported = this.imported + 1;
			return (this.imported < this.rows) ? Step.next() : Step.done();
		}

	}

}
