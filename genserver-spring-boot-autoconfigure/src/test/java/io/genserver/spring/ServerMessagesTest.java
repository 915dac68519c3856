package io.genserver.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Request;
import io.genserver.UnknownOperationException;
import io.genserver.testsupport.HangGuard;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Messages to handlers chosen by their class, in an application context.
 */
class ServerMessagesTest {

	@Test
	void aRequestTellsTheTypeOfItsReply() {
		run((registry) -> {
			long sum = registry.call("counter", new Increment(5));
			assertThat(sum).isEqualTo(5);
			CompletableFuture<Long> later = registry.callAsync("counter", new Increment(5));
			assertThat(later.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(10);
			GenServerRef<Object> ref = registry.ref("counter");
			assertThat(ref.call(new Increment(1)).longValue()).isEqualTo(11);
			assertThat(ref.callAsync(new Increment(1)).get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(12);
		});
	}

	@Test
	void aMessageThatTellsNothingIsAnsweredToo() {
		run((registry) -> {
			registry.cast("counter", new Reset());
			assertThat(registry.call("counter", "how much?")).isEqualTo("how much? 0");
			assertThat(registry.callAsync("counter", "how much?").get(HangGuard.SECONDS, TimeUnit.SECONDS))
				.isEqualTo("how much? 0");
		});
	}

	@Test
	void aHandlerMayAnswerLater() {
		run((registry) -> {
			assertThat(registry.<Long>call("counter", new Double())).isZero();
			registry.cast("counter", new Increment(2));
			assertThat(registry.<Long>call("counter", new Double())).isEqualTo(4);
			assertThat(registry.<Long>call("counter", new Half())).isEqualTo(2);
		});
	}

	@Test
	void aSealedInterfaceHasOneHandlerForAllItsMessages() {
		run((registry) -> {
			assertThat(registry.<String>call("board", new Circle(2))).isEqualTo("shape Circle[radius=2]");
			assertThat(registry.<String>call("board", new Square(3))).as("the most specific interface")
				.isEqualTo("polygon Square[side=3]");
			assertThat(registry.<String>call("board", new Triangle())).as("its own class").isEqualTo("triangle");
			assertThatExceptionOfType(UnknownOperationException.class)
				.isThrownBy(() -> registry.cast("board", new Ambiguous()))
				.withMessageContaining("several handlers")
				.withMessageContaining(Polygon.class.getName())
				.withMessageContaining(Named.class.getName());
		});
	}

	@Test
	void instancesOfKeyedServersGetMessagesByKey() {
		run((registry) -> {
			registry.cast("room", "a", new Enter("eve"));
			registry.cast("room", "a", new Enter("bob"));
			registry.cast("room", "b", new Enter("kim"));
			List<String> guests = registry.call("room", "a", new Guests());
			assertThat(guests).containsExactly("eve", "bob");
			assertThat(registry.callAsync("room", "b", new Guests()).get(HangGuard.SECONDS, TimeUnit.SECONDS))
				.containsExactly("kim");
			assertThat(registry.ref("room", "b").call(new Guests())).containsExactly("kim");
		});
	}

	@Test
	void whatNobodyHandlesIsRefusedNamingWhatIsHandled() {
		run((registry) -> {
			assertThatExceptionOfType(UnknownOperationException.class)
				.isThrownBy(() -> registry.cast("counter", new Enter("eve")))
				.withMessageContaining("has no handler for messages of " + Enter.class.getName())
				.withMessageContaining(Increment.class.getName());
			assertThatExceptionOfType(UnknownOperationException.class)
				.isThrownBy(() -> registry.call("counter", (Object) new Reset()))
				.withMessageContaining("is a cast. Use cast(...)");
			assertThatExceptionOfType(UnknownOperationException.class)
				.isThrownBy(() -> registry.call("counter", (Object) new Watch()))
				.withMessageContaining("answers with a stream");
		});
	}

	private static void run(Body body) {
		Servers.runner()
			.withUserConfiguration(CounterServer.class, BoardServer.class, RoomServer.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				body.run(context.getBean(GenServerRegistry.class));
			});
	}

	private interface Body {

		void run(GenServerRegistry registry) throws Exception;

	}

	record Increment(long by) implements Request<Long> {
	}

	record Double() implements Request<Long> {
	}

	record Half() implements Request<Long> {
	}

	record Reset() {
	}

	record Watch() {
	}

	@GenServer("counter")
	static class CounterServer {

		private long value;

		@Call
		long on(Increment increment) {
			this.value += increment.by();
			return this.value;
		}

		@Call
		Mono<Long> on(Double message) {
			return Mono.fromSupplier(() -> {
				assertThat(GenServerContext.current().name()).isEqualTo("counter");
				this.value *= 2;
				return this.value;
			});
		}

		@Call
		CompletableFuture<Long> on(Half message) {
			this.value /= 2;
			return CompletableFuture.completedFuture(this.value);
		}

		@Call
		Flux<Long> on(Watch message) {
			return Flux.just(this.value);
		}

		@Cast
		void on(Reset reset) {
			this.value = 0;
		}

		@Call
		String on(String text) {
			return text + " " + this.value;
		}

	}

	sealed interface Shape extends Request<String> permits Circle, Polygon {

	}

	record Circle(int radius) implements Shape {
	}

	sealed interface Polygon extends Shape permits Square, Triangle, Ambiguous {

	}

	interface Named {

	}

	record Square(int side) implements Polygon {
	}

	record Triangle() implements Polygon {
	}

	record Ambiguous() implements Polygon, Named {
	}

	@GenServer("board")
	static class BoardServer {

		@Call
		String any(Shape shape) {
			return "shape " + shape;
		}

		@Call
		String many(Polygon polygon) {
			return "polygon " + polygon;
		}

		@Call
		String triangle(Triangle triangle) {
			return "triangle";
		}

		@Cast
		void named(Named named) {
		}

	}

	record Enter(String name) {
	}

	record Guests() implements Request<List<String>> {
	}

	@GenServer(name = "room", keyed = true)
	static class RoomServer {

		private final List<String> guests = new ArrayList<>();

		@Cast
		void on(Enter message) {
			this.guests.add(message.name());
		}

		@Call
		@Nullable List<String> on(Guests message) {
			return List.copyOf(this.guests);
		}

	}

}
