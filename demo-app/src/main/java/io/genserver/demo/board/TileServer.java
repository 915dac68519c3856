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

	/**
	 * Create a blank tile.
	 * @param context tells the key
	 * @throws IllegalArgumentException if the board has no tile of that key
	 */
	TileServer(GenServerContext context) {
		TilePosition.parse(String.valueOf(context.key()));
		Arrays.fill(this.rgb, (byte) 0xFF);
	}

	@Override
	public void paint(int x, int y, int rgb) {
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
		return Mono.just(this.rgb.clone());
	}

	/**
	 * This body and the subscription to what it returns run in one turn: nothing is
	 * painted between the snapshot and the first pixel a watcher is told of.
	 */
	@Override
	public Flux<TileUpdate> watch() {
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

}
