package io.genserver.demo.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.genserver.Events;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRegistry;
import io.genserver.ServerInfo;
import io.genserver.SlowSubscriber;
import io.genserver.demo.live.Beat.Heat;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

/**
 * Looks at the tiles twice a second while somebody watches.
 */
@GenServer("pulse")
class PulseServer implements Pulse {

	private static final String TILES = "tile";

	private static final int MOST_TILES = 1000;

	private static final Duration PERIOD = Duration.ofMillis(500);

	private final GenServerRegistry registry;

	private final Events<Beat> beats;

	/** Messages each tile had handled at the beat before. */
	private Map<String, Long> handledBefore = Map.of();

	PulseServer(GenServerContext context, GenServerRegistry registry) {
		this.registry = registry;
		this.beats = context.events(1, SlowSubscriber.DROP_OLDEST);
		context.scheduleEvery(PERIOD, this::beat);
	}

	@Override
	public Flux<Beat> watch() {
		return JdkFlowAdapter.flowPublisherToFlux(this.beats.stream());
	}

	@Override
	public void ping() {
		// The answer is that there is one.
	}

	private void beat() {
		if (this.beats.subscribers() == 0) {
			this.handledBefore = Map.of();
			return;
		}
		Map<String, Long> handled = new HashMap<>();
		List<Heat> tiles = new ArrayList<>();
		int waiting = 0;
		long sum = 0;
		for (ServerInfo tile : this.registry.instances(TILES, MOST_TILES)) {
			String key = String.valueOf(tile.key());
			long since = Math.max(0, tile.processed() - this.handledBefore.getOrDefault(key, tile.processed()));
			handled.put(key, tile.processed());
			sum += since;
			waiting += tile.mailbox().depth();
			if (since > 0 || tile.mailbox().depth() > 0) {
				tiles.add(new Heat(key, tile.mailbox().depth(), tile.mailbox().capacity(), since));
			}
		}
		this.handledBefore = handled;
		double perSecond = sum * 1000.0 / PERIOD.toMillis();
		this.beats.emit(new Beat(perSecond, handled.size(), waiting, tiles));
	}

}
