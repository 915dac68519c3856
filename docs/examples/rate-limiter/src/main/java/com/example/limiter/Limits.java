package com.example.limiter;

import io.genserver.Keyed;

import org.springframework.stereotype.Component;

/**
 * The limit that holds at present, for those who have a budget and those who come.
 */
@Component
class Limits {

	private final Keyed<Budget> budgets;

	private volatile Limit current;

	Limits(Keyed<Budget> budgets, Limit configured) {
		this.budgets = budgets;
		this.current = configured;
	}

	Limit current() {
		return this.current;
	}

	/** Change the limit, and return how many clients have a budget. */
	int change(Limit limit) {
		this.current = limit; // for instances that start from now on
		return this.budgets.forEachLive((budget) -> budget.limit(limit));
	}

}
