package io.genserver.protocol;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A map by the ids of streams.
 */
class IdMapTest {

	private final IdMap<String> map = new IdMap<>();

	@Test
	void findsWhatWasPut() {
		IntStream.range(0, 5000).forEach((id) -> this.map.put(id, "of " + id));

		assertThat(IntStream.range(0, 5000)).allMatch((id) -> ("of " + id).equals(this.map.get(id)));
		assertThat(this.map.size()).isEqualTo(5000);
		assertThat(this.map.get(5000)).isNull();
		assertThat(this.map.containsKey(4999)).isTrue();
	}

	@Test
	void removesAndReplaces() {
		this.map.put(7, "first");
		this.map.put(7, "second");

		assertThat(this.map.remove(7)).isEqualTo("second");
		assertThat(this.map.remove(7)).isNull();
		assertThat(this.map.containsKey(7)).isFalse();
		assertThat(this.map.values()).isEmpty();
	}

	@Test
	void copiesInTheOrderOfIds() {
		int[] ids = { 900, 3, 0x7fff_ffff, 1, 0x8000_0002, 2, 0x8000_0001 };
		for (int id : ids) {
			this.map.put(id, Integer.toHexString(id));
		}

		assertThat(this.map.copy()).containsExactly("80000001", "80000002", "1", "2", "3", "384", "7fffffff");
	}

	@Test
	void forgetsAll() {
		this.map.put(1, "one");
		this.map.clear();

		assertThat(this.map.size()).isZero();
		assertThat(this.map.copy()).isEmpty();
	}

}
