package io.genserver.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRef;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a handler blocks in, the other servers go on. On real threads.
 */
@Timeout(HangGuard.ANNOTATED_SECONDS)
@RealThreads
class S18OtherServersTests {

	private static final int OTHERS = 20;

	private static void othersGoOn(Block block, Runnable release) throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			List<GenServerRef<Object>> others = new ArrayList<>();
			engine.add("blocked", ServerSettings.DEFAULTS, Object::new);
			for (int i = 0; i < OTHERS; i++) {
				engine.add("other-" + i, ServerSettings.DEFAULTS, Object::new);
				others.add(engine.ref("other-" + i));
			}
			engine.runtime.start();
			CountDownLatch begun = new CountDownLatch(1);
			CompletableFuture<Object> blocked = engine.ref("blocked").callAsync((instance) -> {
				begun.countDown();
				return block.run();
			});
			assertThat(begun.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<Object> behind = engine.ref("blocked").callAsync((instance) -> "behind");
			for (GenServerRef<Object> other : others) {
				assertThat(other.callAsync((instance) -> "there").get(HangGuard.SECONDS, TimeUnit.SECONDS))
					.isEqualTo("there");
			}
			assertThat(blocked).isNotDone();
			assertThat(behind).isNotDone();
			release.run();
			assertThat(blocked.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("released");
			assertThat(behind.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("behind");
		}
	}

	@Test
	void S18_blockingInASynchronizedBlockDelaysThatServerOnly() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		Object monitor = new Object();
		othersGoOn(() -> {
			synchronized (monitor) {
				release.await();
				return "released";
			}
		}, release::countDown);
	}

	@Test
	void S18_aBlockingCallOfADriverDelaysThatServerOnly() throws Exception {
		try (ServerSocket database = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Socket connection = new Socket(database.getInetAddress(), database.getLocalPort());
				Socket accepted = database.accept()) {
			othersGoOn(() -> (connection.getInputStream().read() == 7) ? "released" : "closed", () -> {
				try {
					accepted.getOutputStream().write(7);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
		}
	}

	/** What a handler blocks in. */
	private interface Block {

		Object run() throws Exception;

	}

}
