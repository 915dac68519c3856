package io.genserver.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.genserver.GenServerRef;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RefusedCallTest {

	@Test
	void S07_aRefusedCallLeavesTheCapacityAsItWas() throws Exception {
		GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(), () -> false);
		Server server = runtime.add(new ServerDefinition("kv", Object.class, List.of(), false, List.of(), Object::new,
				ServerSettings.DEFAULTS.withMailbox(2, Overflow.REJECT)));
		runtime.start();
		GenServerRef<Object> kv = new LocalRef<>(server, null);
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		kv.cast((instance) -> {
			started.countDown();
			release.await();
		});
		started.await();
		kv.cast(Object::hashCode);
		kv.cast(Object::hashCode);
		IntStream.range(0, 10)
			.forEach((i) -> assertThat(kv.callAsync(Object::hashCode)).failsWithin(Duration.ofSeconds(30))
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(MailboxFullException.class));
		assertThat(server.mailboxDepth()).isEqualTo(2);
		release.countDown();
		runtime.shutdown();
	}

}
