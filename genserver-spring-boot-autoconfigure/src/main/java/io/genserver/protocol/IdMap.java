package io.genserver.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import org.jspecify.annotations.Nullable;

/**
 * A map by ids that are given out one after the other. Neighbours are kept apart: in a
 * table with linear probing they would form one run, all of which each removal walks.
 *
 * @param <V> what is kept
 */
public final class IdMap<V> {

	/**
	 * Odd, and near the golden ratio of 2^32, as Fibonacci hashing multiplies (Knuth, The
	 * Art of Computer Programming, volume 3, 6.4).
	 */
	private static final int SPREAD = 0x9e37_79b9;

	/** Undoes the multiplication. */
	private static final int GATHER = 0x144c_bc89;

	private final IntObjectHashMap<V> map = new IntObjectHashMap<>();

	public @Nullable V get(int id) {
		return this.map.get(id * SPREAD);
	}

	public boolean containsKey(int id) {
		return this.map.containsKey(id * SPREAD);
	}

	public void put(int id, V value) {
		this.map.put(id * SPREAD, value);
	}

	public @Nullable V remove(int id) {
		return this.map.remove(id * SPREAD);
	}

	public int size() {
		return this.map.size();
	}

	/** In no particular order; not to be changed while it is walked. */
	public Collection<V> values() {
		return this.map.values();
	}

	/** A copy, in the order of ids. */
	public List<V> copy() {
		int[] ids = new int[this.map.size()];
		int known = 0;
		for (IntObjectMap.PrimitiveEntry<V> entry : this.map.entries()) {
			ids[known++] = entry.key() * GATHER;
		}
		Arrays.sort(ids);
		List<V> values = new ArrayList<>(known);
		for (int id : ids) {
			V value = get(id);
			if (value != null) {
				values.add(value);
			}
		}
		return values;
	}

	public void clear() {
		this.map.clear();
	}

}
