package io.genserver.test.background;

import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceState;
import io.genserver.test.GenServerTest;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Which background services a slice has, and that they run in real time, too. */
class BackgroundRealTimeTests {

	@Nested
	@GenServerTest
	@DirtiesContext
	class Unnamed {

		@Test
		void aServiceThatIsNotNamedIsNotThere(@Autowired BackgroundServices services) {
			assertThat(services.names()).isEmpty();
		}

	}

	@Nested
	@GenServerTest({ Feed.class, FeedConsumer.class, SumServer.class })
	@DirtiesContext
	@RealThreads
	class Named {

		@Test
		void aServiceThatIsNamedRuns(@Autowired Feed feed, @Autowired BackgroundServices services) {
			HangGuard.await("a step", () -> services.find("feed").info().steps() > 0);
			assertThat(services.find("feed").state()).isEqualTo(ServiceState.RUNNING);
		}

	}

	@Nested
	@GenServerTest(servers = { Feed.class, FeedConsumer.class, SumServer.class },
			properties = "genserver.background.autostart=false")
	@DirtiesContext
	class NotStarted {

		@Test
		void aServiceMayWaitUntilItIsStarted(@Autowired BackgroundServices services) {
			assertThat(services.find("feed").state()).isEqualTo(ServiceState.NEW);
		}

	}

	@Nested
	@GenServerTest(servers = SumServer.class, properties = "genserver.background.enabled=false")
	@DirtiesContext
	class SwitchedOff {

		@Test
		void aSliceNeedsNoBackgroundServices(@Autowired ObjectProvider<BackgroundServices> services) {
			assertThat(services.getIfAvailable()).isNull();
		}

	}

}
