package io.genserver.protocol.ext;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WrittenCastsTest {

	private final WrittenCasts casts = new WrittenCasts();

	private void write(int id, int bytes) {
		ExtCast cast = new ExtCast(new SendQueue(null, 0, -1, new SendQueue.Total()), "cast " + id, bytes);
		cast.id = id;
		this.casts.add(cast);
	}

	private List<Object> refusedAfter(int last) {
		List<Object> refused = new ArrayList<>();
		this.casts.refusedAfter(last, refused::add);
		return refused;
	}

	@Test
	void whatComesAfterTheLastAcceptedOneIsRefused() {
		write(1, 10);
		write(3, 10);
		write(4, 10);
		assertThat(refusedAfter(2)).containsExactly("cast 3", "cast 4");
		assertThat(refusedAfter(0)).isEmpty();
	}

	@Test
	void anAnswerToALaterStreamAcceptsAllBeforeIt() {
		write(1, 10);
		write(0x8000_0002, 10);
		write(4, 10);
		this.casts.accepted(0x8000_0003);
		assertThat(refusedAfter(0)).containsExactly("cast 4");
	}

	@Test
	void longCastsAreNotKeptForEver() {
		for (int id = 1; id <= 10; id++) {
			write(id, 300_000);
		}
		// Three fit; of the others it is only known how many there may be.
		assertThat(refusedAfter(5)).containsExactly(null, null, "cast 8", "cast 9", "cast 10");
		for (int id = 11; id <= 20; id++) {
			write(id, 2_000_000);
		}
		assertThat(refusedAfter(20)).isEmpty();
	}

	@Test
	void soAreMany() {
		for (int id = 1; id <= 5000; id++) {
			write(id, 0);
		}
		assertThat(refusedAfter(0)).hasSize(5000).startsWith((Object) null).endsWith("cast 5000");
	}

}
