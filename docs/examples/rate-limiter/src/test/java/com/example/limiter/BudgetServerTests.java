package com.example.limiter;

import java.time.Duration;

import io.genserver.Keyed;
import io.genserver.test.AutoConfigureVirtualTime;
import io.genserver.test.GenServerTest;
import io.genserver.test.VirtualTime;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

@GenServerTest(properties = { "limit.burst=2", "limit.per-second=0.5" })
@Import(Limits.class)
@AutoConfigureVirtualTime
class BudgetServerTests {

	@Autowired
	private Keyed<Budget> budgets;

	@Autowired
	private Limits limits;

	@Test
	void aClientMayAskAgainAfterTheTimeThatItWasGiven(VirtualTime time) {
		assertThat(take("ann").granted()).isTrue();
		assertThat(take("ann").granted()).isTrue();
		Budget.Decision refused = take("ann");
		assertThat(refused.granted()).isFalse();
		assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(2));
		assertThat(take("bob").granted()).isTrue();
		time.advance(refused.retryAfter());
		assertThat(take("ann").granted()).isTrue();
		assertThat(take("ann").granted()).isFalse();
	}

	@Test
	void anotherLimitHoldsForAllAtOnce(VirtualTime time) {
		take("carol");
		this.limits.change(new Limit(1, 0.5));
		assertThat(this.budgets.get("carol").left()).isEqualTo(1);
		assertThat(this.budgets.get("dave").left()).isEqualTo(1);
		this.limits.change(new Limit(2, 0.5));
		time.advance(Duration.ofMinutes(1));
		assertThat(this.budgets.get("carol").left()).isEqualTo(2);
	}

	@Test
	void anIdleBudgetIsLetGoWithoutLoss(VirtualTime time) {
		take("erin");
		assertThat(this.budgets.keys()).contains("erin");
		time.advance(Duration.ofMinutes(11));
		assertThat(this.budgets.keys()).doesNotContain("erin");
		assertThat(this.budgets.get("erin").left()).isEqualTo(2);
	}

	private Budget.Decision take(String client) {
		return this.budgets.get(client).take().block();
	}

}
