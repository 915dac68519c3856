package io.genserver.demo.board;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Where the pixels of a tile are while the tile has no instance: each instance takes them
 * over when it starts and hands them back when it ends, because it was idle, crashed, or
 * was told to. Holds at most the pixels of one board, 3.75 MiB; a real application would
 * have a database here.
 */
@Component
class TileStore {

	private final Map<TilePosition, byte[]> pixels = new ConcurrentHashMap<>();

	/**
	 * Take the pixels of a tile over.
	 * @return the pixels, or {@code null} if it was never painted
	 */
	byte @Nullable [] take(TilePosition position) {
		return this.pixels.remove(position);
	}

	/** Hand the pixels of a tile back; they must not be touched any more. */
	void put(TilePosition position, byte[] rgb) {
		this.pixels.put(position, rgb);
	}

}
