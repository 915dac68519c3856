package com.example.limiter;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.genserver.Keyed;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ApiController {

	private final Limits limits;

	private final Keyed<Budget> budgets;

	ApiController(Limits limits, Keyed<Budget> budgets) {
		this.limits = limits;
		this.budgets = budgets;
	}

	@GetMapping("/api/hello")
	String hello() {
		return "hello";
	}

	@PutMapping("/limit")
	int change(@RequestBody Limit limit) {
		return this.limits.change(limit);
	}

	/** What each client that has a budget may still ask for. */
	@GetMapping("/budgets")
	CompletableFuture<Map<String, Integer>> budgets() {
		return this.budgets.askAll(this.budgets.keys().toList(), 64, Budget::left).thenApply((all) -> all.replies());
	}

}
