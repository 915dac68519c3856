package io.genserver.autoconfigure.server;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** The time of day that beans can be given. */
class TimeOfDayTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class));

	@Test
	void itIsThatOfTheSystem() {
		Instant before = Instant.now().minus(Duration.ofDays(1));
		this.runner.run((context) -> assertThat(context.getBean(InstantSource.class).instant()).isBetween(before,
				Instant.now().plus(Duration.ofDays(1))));
	}

	@Test
	void aClockOfTheApplicationTakesItsPlace() {
		Clock clock = Clock.system(ZoneOffset.ofHours(3));
		this.runner.withBean(Clock.class, () -> clock)
			.run((context) -> assertThat(context.getBean(InstantSource.class)).isSameAs(clock));
	}

}
