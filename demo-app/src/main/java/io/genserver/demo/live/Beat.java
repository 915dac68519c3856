package io.genserver.demo.live;

import java.util.List;

/**
 * What the tiles did since the beat before.
 *
 * @param perSecond messages handled per second
 * @param instances number of live tiles
 * @param waiting messages in all mailboxes
 * @param tiles those tiles that did something or have messages waiting
 * @since 0.1.0
 */
public record Beat(double perSecond, int instances, int waiting, List<Heat> tiles) {

	/**
	 * One tile.
	 *
	 * @param key its key, {@code "x,y"}
	 * @param depth messages waiting
	 * @param capacity messages that may wait
	 * @param handled messages handled
	 * @since 0.1.0
	 */
	public record Heat(String key, int depth, int capacity, long handled) {
	}

}
