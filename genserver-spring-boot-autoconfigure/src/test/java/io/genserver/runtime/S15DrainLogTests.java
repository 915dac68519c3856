package io.genserver.runtime;

import java.time.Duration;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.genserver.GenServerRef;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** What the log says of messages that a shutdown did not handle. */
class S15DrainLogTests {

	private static final RuntimeSettings SHORT = Engine.shutdown(Duration.ofMillis(100), Duration.ofMillis(200));

	@Test
	void S15_whatWasNotDrainedIsCountedByServer() {
		assertThat(logged(S15DrainLogTests::drainInVain)).singleElement()
			.asString()
			.contains("not handled: 6 messages (kv 3, room 3); running: [kv (")
			.contains("room/a (", "room/b (")
			.doesNotContain("healthy");
	}

	@Test
	void S15_nothingIsLoggedThoughTheTimeIsOverWhereNothingIsLeft() {
		RuntimeSettings none = Engine.shutdown(Duration.ZERO, Duration.ofMillis(200));
		assertThat(logged(() -> Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler, none);
			engine.start("kv", ServerSettings.DEFAULTS, Object::new).cast(Object::hashCode);
			scheduler.settle();
			engine.close();
		}))).isEmpty();
	}

	private static List<String> logged(Runnable shutdown) {
		Logger logger = (Logger) LoggerFactory.getLogger(Shutdown.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		logger.setLevel(Level.WARN);
		logger.addAppender(log);
		log.start();
		try {
			shutdown.run();
		}
		finally {
			logger.detachAppender(log);
			logger.setLevel(null);
		}
		return log.list.stream()
			.map(ILoggingEvent::getFormattedMessage)
			.filter((line) -> line.contains("not handled:"))
			.toList();
	}

	private static void drainInVain() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler, SHORT);
			Gate gate = new Gate(scheduler, "never");
			engine.add("healthy", ServerSettings.DEFAULTS, Object::new);
			engine.add("kv", ServerSettings.DEFAULTS, Object::new);
			engine.addKeyed("room", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			hang(engine.ref("kv"), gate, 2);
			hang(engine.ref("room", "a"), gate, 1);
			hang(engine.ref("room", "b"), gate, 0);
			engine.ref("healthy").cast(Object::hashCode);
			scheduler.settle();
			engine.close();
		});
	}

	/** One message that does not end, and others behind it. */
	private static void hang(GenServerRef<Object> server, Gate gate, int queued) {
		server.cast((instance) -> {
			try {
				gate.pass();
			}
			catch (InterruptedException ex) {
				// At the end of the drain.
			}
		});
		for (int i = 0; i < queued; i++) {
			server.callAsync(Object::hashCode);
		}
	}

}
