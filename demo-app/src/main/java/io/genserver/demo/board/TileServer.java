package io.genserver.demo.board;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * A tile. Its pixels are a plain array: only the turn of the tile touches them.
 */
@GenServer(name = "tile", keyed = true)
class TileServer implements Tile {

	private final byte[] rgb = new byte[SIZE * SIZE * 3];

	private final Set<TileWatcher> watchers = ConcurrentHashMap.newKeySet();

	private final GenServerContext context;

	TileServer(GenServerContext context) {
		this.context = context;
		Arrays.fill(this.rgb, (byte) 0xFF);
	}

	@Override
	public void paint(int x, int y, int rgb) {
		checkKey();
		if (x < 0 || x >= SIZE || y < 0 || y >= SIZE) {
			throw new IllegalArgumentException(
					"A tile has columns and rows 0 to " + (SIZE - 1) + ", not " + x + "," + y);
		}
		int offset = (y * SIZE + x) * 3;
		this.rgb[offset] = (byte) (rgb >> 16);
		this.rgb[offset + 1] = (byte) (rgb >> 8);
		this.rgb[offset + 2] = (byte) rgb;
		for (TileWatcher watcher : this.watchers) {
			watcher.painted(x, y, rgb & 0xFFFFFF);
		}
	}

	@Override
	public Mono<byte[]> snapshot() {
		checkKey();
		return Mono.just(this.rgb.clone());
	}

	/**
	 * This body and the subscription to what it returns run in one turn: nothing is
	 * painted between the snapshot and the first pixel a watcher is told of.
	 */
	@Override
	public Flux<TileUpdate> watch() {
		checkKey();
		return Flux.defer(() -> {
			TileWatcher watcher = new TileWatcher(this.rgb.clone());
			this.watchers.add(watcher);
			return watcher.updates()
				.doFinally((end) -> this.watchers.remove(watcher))
				// What a watcher does with an update must not hold the tile up. The small
				// prefetch
				// lets pixels gather here, where they are bounded, while it is busy.
				.publishOn(Schedulers.parallel(), 1);
		});
	}

	/**
	 * Senders may use any key. One that is no tile is refused here and not in the
	 * constructor: what a handler throws is told to its caller, near or far, while of a
	 * failed start a remote caller only learns that there was one. The instance does not
	 * stay.
	 */
	private void checkKey() {
		try {
			TilePosition.parse(String.valueOf(this.context.key()));
		}
		catch (IllegalArgumentException ex) {
			this.context.stop();
			throw ex;
		}
	}

}
