package io.genserver.runtime;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.genserver.GenServerRef;
import io.genserver.SupervisionStrategy;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.message.FailureLog;
import io.genserver.runtime.message.MessageContents;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/** Failures that a sender can cause as often as it likes, as they stand in the log. */
class FailureLogTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5 * SECOND);

	private final FailureLog log = new FailureLog(this.now::get);

	private final Logger target = (Logger) LoggerFactory.getLogger("io.genserver.runtime");

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	private final SafeLogger logger = SafeLogger.of(FailureLogTests.class);

	@BeforeEach
	void listen() {
		this.target.setAdditive(false);
		this.target.setLevel(Level.DEBUG);
		this.lines.start();
		this.target.addAppender(this.lines);
	}

	@AfterEach
	void stop() {
		this.target.detachAppender(this.lines);
		this.target.setAdditive(true);
		this.target.setLevel(null);
	}

	private String fail(String server, String operation, Throwable failure) {
		return this.log.warn(this.logger, server, operation, failure, "Server {} failed", server);
	}

	private List<String> loud() {
		return this.lines.list.stream()
			.filter((line) -> line.getLevel().isGreaterOrEqual(Level.WARN))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	@Test
	void ofFailuresAlikeOneIsLoggedInTenSecondsAndTheOthersAreCounted() {
		String id = fail("kv", "get", new IllegalStateException("1"));
		for (int i = 0; i < 4999; i++) {
			this.now.addAndGet(SECOND / 1000);
			assertThat(fail("kv", "get", new IllegalStateException("n"))).isEqualTo(id);
		}
		assertThat(loud()).singleElement().asString().startsWith("Server kv failed (error id " + id);
		assertThat(this.lines.list).hasSize(5000);
		assertThat(this.lines.list.get(4999).getLevel()).isEqualTo(Level.DEBUG);
		assertThat(this.lines.list.get(4999).getFormattedMessage()).isEqualTo("Server kv failed (error id " + id + ")");
		this.now.addAndGet(5 * SECOND);
		this.log.sweep();
		assertThat(loud()).hasSize(1);
		this.now.addAndGet(SECOND / 1000);
		this.log.sweep();
		assertThat(loud()).hasSize(2)
			.element(1)
			.asString()
			.contains("Server kv: within 10 s, 4999 more failures of 'get' java.lang.IllegalStateException", id);
		assertThat(fail("kv", "get", new IllegalStateException("again"))).isNotEqualTo(id);
		assertThat(loud()).hasSize(3);
		this.log.sweep();
		assertThat(loud()).hasSize(3);
	}

	@Test
	void ofFailuresAlikeTheFirstOfAFewSendersIsLogged() {
		IllegalStateException failure = new IllegalStateException("on purpose");
		String id = "";
		for (int i = 0; i < 200; i++) {
			for (String sender : List.of("c" + i, "c0", "c1")) {
				id = this.log.warnOf(this.logger, sender, "kv", "get", failure, "Server {} failed", "kv");
			}
		}
		assertThat(loud()).hasSize(3).containsOnly(loud().getFirst());
		assertThat(loud().getFirst()).as("the id of each leads to a line").contains(id);
		this.now.addAndGet(10 * SECOND);
		this.log.sweep();
		assertThat(loud()).hasSize(3 + 1).last().asString().contains(600 - 3 + " more failures of 'get'");
	}

	@Test
	void theNextFailureOfAnyKindLogsHowManyThereWere() {
		fail("kv", "get", new IllegalStateException("1"));
		fail("kv", "get", new IllegalStateException("2"));
		this.now.addAndGet(10 * SECOND);
		fail("other", "get", new IllegalStateException("3"));
		assertThat(loud()).hasSize(3).element(1).asString().contains("Server kv: within 10 s, 1 more");
	}

	@Test
	void serversOperationsTypesAndLinesAreToldApart() {
		fail("kv", "get", new IllegalStateException(""));
		fail("kv", "set", new IllegalStateException(""));
		fail("kv2", "get", new IllegalStateException(""));
		fail("kv", "get", new IllegalArgumentException(""));
		this.log.error(this.logger, "kv", "get", new IllegalStateException(""), "Another line of {}", "kv");
		this.log.error(this.logger, "kv", "get", null, "Without a failure");
		assertThat(loud()).hasSize(6);
	}

	@Test
	void whatIsKeptIsBounded() {
		// Each at DEBUG, with its stack trace, would be kept by this test's own list.
		this.target.setLevel(Level.WARN);
		for (int i = 0; i < 5 * MessageContents.MOST_KINDS; i++) {
			fail("s" + i, "get", new IllegalStateException());
		}
		assertThat(MessageContents.kinds(this.log)).isEqualTo(MessageContents.MOST_KINDS + 1);
		assertThat(loud()).hasSize(MessageContents.MOST_KINDS + 1);
		this.now.addAndGet(10 * SECOND);
		this.log.sweep();
		assertThat(MessageContents.kinds(this.log)).isZero();
		assertThat(loud()).hasSize(MessageContents.MOST_KINDS + 2)
			.last()
			.asString()
			.contains((4 * MessageContents.MOST_KINDS - 1) + " more failures");
	}

	@Test
	void theRuntimeSweepsWhileItRunsAndOnceItIsAtRest() {
		SeededScheduler scheduler = new SeededScheduler(1);
		Engine engine = new Engine(scheduler);
		FailureLog kept = engine.runtime.failures();
		SelfCheck check = engine.runtime.selfCheck();
		assertThat(check.nanosToLookAtRest(scheduler.nanoTime())).isNegative();
		kept.warn(this.logger, "kv", "get", null, "Server {} failed", "kv");
		kept.warn(this.logger, "kv", "get", null, "Server {} failed", "kv");
		long begun = scheduler.nanoTime();
		assertThat(check.nanosToLookAtRest(begun + SECOND)).isEqualTo(9 * SECOND);
		check.look(begun + 10 * SECOND - 1, true);
		assertThat(MessageContents.kinds(kept)).isOne();
		assertThat(check.nanosToLookAtRest(begun + 11 * SECOND)).isZero();
		check.look(begun + 10 * SECOND, true);
		assertThat(MessageContents.kinds(kept)).isZero();
		assertThat(loud()).hasSize(2).last().asString().contains("1 more failures of 'get'");
		assertThat(check.nanosToLookAtRest(begun + 11 * SECOND)).isNegative();
		engine.close();
	}

	@Test
	void aFloodOfCastsThatFailIsOneLineAndACount() {
		SeededScheduler scheduler = new SeededScheduler(1);
		Engine engine = new Engine(scheduler);
		GenServerRef<Object> server = engine.start("fragile", ServerSettings.DEFAULTS, Object::new);
		for (int i = 0; i < 500; i++) {
			server.cast((instance) -> {
				throw new IllegalStateException("on purpose");
			});
		}
		scheduler.settle();
		engine.close();
		assertThat(loud()).filteredOn((line) -> line.contains("failed to handle")).hasSize(1);
		assertThat(loud()).filteredOn((line) -> line.contains("499 more failures of 'cast(action)'")).hasSize(1);
	}

	@Test
	void soAreRestartsOfInstancesWhoseKeysASenderChooses() {
		SeededScheduler scheduler = new SeededScheduler(1);
		Engine engine = new Engine(scheduler);
		engine.addKeyed("rooms", ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.RESTART), Object::new);
		engine.runtime.start();
		for (int i = 0; i < 50; i++) {
			GenServerRef<Object> room = engine.ref("rooms", "key" + i);
			assertThatException().isThrownBy(() -> room.call((instance) -> {
				throw new IllegalStateException("on purpose");
			}));
		}
		engine.close();
		assertThat(loud()).filteredOn((line) -> line.contains("restarts in")).hasSize(1);
		assertThat(loud()).filteredOn((line) -> line.contains("49 more failures of 'life'")).hasSize(1);
	}

}
