package com.example.twins;

import java.io.IOException;
import java.time.Duration;

import io.genserver.Keyed;
import io.genserver.background.BackgroundService;
import io.genserver.background.CancellationToken;
import io.genserver.background.ItemConsumer;
import io.genserver.background.ItemsOf;
import io.genserver.background.Step;

import org.springframework.stereotype.Component;

/** Reads the gateway for as long as the application runs: see application.yml. */
@Component("gatewayReader")
class GatewayReader implements BackgroundService<Gateway.Report> {

	private final Gateway gateway;

	GatewayReader(Gateway gateway) {
		this.gateway = gateway;
	}

	@Override
	public Step<Gateway.Report> run(CancellationToken token) throws IOException {
		Gateway.Report report = this.gateway.poll();
		return (report != null) ? Step.item(report, Duration.ofMillis(10)) : Step.next(Duration.ofSeconds(1));
	}

	@Component
	@ItemsOf("gatewayReader")
	static class ToTwins implements ItemConsumer<Gateway.Report> {

		private final Keyed<Twin> twins;

		ToTwins(Keyed<Twin> twins) {
			this.twins = twins;
		}

		@Override
		public boolean accept(Gateway.Report report) {
			this.twins.get(report.device()).report(report.temperature());
			return true;
		}

	}

}
