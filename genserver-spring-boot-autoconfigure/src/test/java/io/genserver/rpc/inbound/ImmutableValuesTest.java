package io.genserver.rpc.inbound;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class ImmutableValuesTest {

	record Point(int x, int y) {
	}

	record Named(String name, @Nullable Object value) {
	}

	record Board(List<Named> cells, Map<String, Point> marks) {
	}

	private record Hidden(Object value) {
	}

	static Stream<Object> immutable() {
		return Stream.of("text", 1, 2L, 'c', true, 1.5, new BigDecimal("1.5"), UUID.randomUUID(), TimeUnit.DAYS,
				Instant.EPOCH, Duration.ZERO, ZoneId.of("Europe/Berlin"), Optional.of("x"), Optional.empty(), List.of(),
				List.of(1, "a"), Set.of(1), Set.of(1, 2, 3), Map.of("a", 1),
				Map.of("a", 1, "b", List.of(new Point(1, 2))), new Point(1, 2), new Named("a", null),
				new Named("a", List.of(new Named("b", Optional.of(1)))),
				new Board(List.of(new Named("a", 1)), Map.of("a", new Point(0, 0))), new Hidden("x"),
				List.copyOf(Arrays.asList(1, 2)), Stream.of(1, 2).toList(),
				IntStream.range(0, 5_000).mapToObj((i) -> new Named("n" + i, i)).toList());
	}

	static Stream<Object> mutable() {
		List<Object> itself = new ArrayList<>();
		itself.add(itself);
		return Stream.of(new Object(), new byte[1], new int[0], new ArrayList<>(), new HashMap<>(), new Date(),
				new StringBuilder(), new AtomicLong(), Arrays.asList(1),
				Collections.unmodifiableList(new ArrayList<>()), Collections.unmodifiableMap(new HashMap<>()), itself,
				Optional.of(new byte[1]), List.of(new ArrayList<>()), Map.of("a", new byte[1]), Set.of(new Date()),
				new Named("a", new Date()), new Named("a", new Named("b", new String[1])), new Hidden(new HashMap<>()),
				new Board(new ArrayList<>(), Map.of()), new Board(List.of(), new HashMap<>()), new Extended(),
				new ArrayList<>(List.of(1)).subList(0, 1), Thread.currentThread(),
				IntStream.range(0, 20_000).mapToObj((i) -> new Named("n" + i, Optional.of(i))).toList());
	}

	@Test
	void whatTheyTakeIsThatOfTheirParts() {
		String text = "x".repeat(100_000);
		BigInteger number = BigInteger.ONE.shiftLeft(800_000);
		for (Object value : List.of(text, number, new Named(text, 1), Optional.of(text), List.of(text), Map.of(text, 1),
				Map.of(1, text), new Board(List.of(new Named(text, null)), Map.of()), new Hidden(text))) {
			assertThat(ImmutableValues.weigh(value)).isBetween(100_000L, 100_300L);
		}
		assertThat(ImmutableValues.weigh(new Named(text, text))).as("its two mentions of one text")
			.isBetween(100_000L, 200_100L);
		assertThat(ImmutableValues.weigh(Collections.nCopies(100, 1).stream().toList())).isBetween(800L, 4000L);
		assertThat(ImmutableValues.weigh(null)).isBetween(0L, 100L);
		assertThat(ImmutableValues.weigh(new Named(text, new Date()))).isNegative();
	}

	@ParameterizedTest
	@MethodSource("immutable")
	void whatNeverChangesMayWait(Object value) {
		assertThat(ImmutableValues.isImmutable(value)).isTrue();
		assertThat(ImmutableValues.isImmutable(new Named("in", value))).isTrue();
	}

	@ParameterizedTest
	@MethodSource("mutable")
	void whatMayChangeMayNot(Object value) {
		assertThat(ImmutableValues.isImmutable(value)).isFalse();
		assertThat(ImmutableValues.isImmutable(List.of(new Named("in", value)))).isFalse();
	}

	@Test
	void nestedValuesThatMayChangeAreFound() {
		assertThat(ImmutableValues.isImmutable(new Named("a", List.of(new Named("b", new Date()))))).isFalse();
	}

	@Test
	void nothingNeverChanges() {
		assertThat(ImmutableValues.isImmutable(null)).isTrue();
	}

	/** Extends a class of the JDK that is not final. */
	static class Extended extends BigDecimal {

		int more;

		Extended() {
			super(1);
		}

	}

}
