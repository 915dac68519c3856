package io.genserver.runtime.cell;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * The tasks that were handed to the turn and have not begun, in their order. Threads push
 * onto {@link #arrived}, the newest first; the turn takes all of that at once, and turns
 * it round into {@link #first}, which only the turn writes. Neither needs memory.
 * <p>
 * A thread may hand over a task while its instance ends: the turn, which ends the
 * instance, finds such a task void whenever it meets it.
 */
final class InstanceTasks {

	private final AtomicReference<@Nullable InstanceTask> arrived = new AtomicReference<>();

	/** The oldest of those that the turn has taken. */
	private volatile @Nullable InstanceTask first;

	/** Safe on any thread. */
	void add(InstanceTask task) {
		InstanceTask newest = this.arrived.get();
		task.next = newest;
		while (!this.arrived.compareAndSet(newest, task)) {
			newest = this.arrived.get();
			task.next = newest;
		}
	}

	/** The oldest whose instance is there, without taking it. Only in the turn. */
	@Nullable InstanceTask peek() {
		InstanceTask oldest = this.first;
		while (true) {
			if (oldest == null) {
				oldest = takeArrived();
				if (oldest == null) {
					this.first = null;
					return null;
				}
			}
			if (!oldest.isVoid()) {
				this.first = oldest;
				return oldest;
			}
			oldest = oldest.next;
		}
	}

	/** Take what {@link #peek()} returned. Only in the turn. */
	void poll() {
		InstanceTask oldest = this.first;
		if (oldest != null) {
			this.first = oldest.next;
			oldest.next = null;
		}
	}

	private @Nullable InstanceTask takeArrived() {
		InstanceTask newest = this.arrived.getAndSet(null);
		InstanceTask later = null;
		while (newest != null) {
			InstanceTask earlier = newest.next;
			newest.next = later;
			later = newest;
			newest = earlier;
		}
		return later;
	}

	/** Safe on any thread; exact in the turn. */
	boolean isEmpty() {
		return this.first == null && this.arrived.get() == null;
	}

	/** Only in the turn. */
	void clear() {
		this.arrived.set(null);
		this.first = null;
	}

}
