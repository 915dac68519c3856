package io.genserver.protocol;

import java.util.Iterator;
import java.util.LinkedHashSet;

/**
 * Streams of a base mode peer that are over here while the peer still sends: refused, or
 * answered early, or of a call that was given up. What comes on them until their END or
 * CANCEL was sent in good faith. So many are remembered as calls may be in flight; of
 * more, the oldest is forgotten.
 * <p>
 * One CANCEL more for each answer counts as sent in good faith, too, since the two may
 * cross.
 */
final class PassingStreams {

	private final int most;

	private final LinkedHashSet<Integer> ids = new LinkedHashSet<>();

	private int crossing;

	PassingStreams(int most) {
		this.most = most;
	}

	/** The stream is over here, its END or CANCEL is still to come. */
	void add(int streamId) {
		if (this.ids.add(streamId) && this.ids.size() > this.most) {
			Iterator<Integer> oldest = this.ids.iterator();
			oldest.next();
			oldest.remove();
		}
	}

	boolean contains(int streamId) {
		return !this.ids.isEmpty() && this.ids.contains(streamId);
	}

	/** Its END or CANCEL came, or its id is used again. Returns whether it was known. */
	boolean remove(int streamId) {
		return !this.ids.isEmpty() && this.ids.remove(streamId);
	}

	/** A call is answered, which its caller may be about to cancel. */
	void answered() {
		if (this.crossing < this.most) {
			this.crossing++;
		}
	}

	/** A CANCEL came for nothing. Returns whether it may have crossed an answer. */
	boolean crossed() {
		if (this.crossing == 0) {
			return false;
		}
		this.crossing--;
		return true;
	}

}
