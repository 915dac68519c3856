package io.genserver.runtime.contract;

import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Refuses methods whose reply would be computed outside of the server's turn without the
 * engine noticing: those that pass it to a parameter such as a callback, and those that
 * return an object that the caller runs, iterates or awaits. Such a method would seem to
 * work, but its handlers would overlap and have no deadline.
 * <p>
 * Types of libraries are compared by name, so that no library is needed.
 */
final class ReplyForms {

	private static final String ANSWER = "Return a CompletableFuture, a Mono, a Flux or the value itself";

	/** Types of parameters whose only use is to receive a result. */
	private static final Set<String> RECEIVERS = Set.of("java.nio.channels.CompletionHandler",
			"java.util.concurrent.Flow$Subscriber", "org.reactivestreams.Subscriber", "reactor.core.publisher.MonoSink",
			"reactor.core.publisher.FluxSink", "reactor.core.publisher.SynchronousSink",
			"reactor.core.publisher.Sinks$Empty", "reactor.core.publisher.Sinks$Many", "io.grpc.stub.StreamObserver",
			"io.netty.util.concurrent.Promise", "io.vertx.core.Promise",
			"com.google.common.util.concurrent.FutureCallback", "com.google.common.util.concurrent.SettableFuture",
			"io.reactivex.rxjava3.core.Emitter", "io.reactivex.rxjava3.core.SingleEmitter",
			"io.reactivex.rxjava3.core.MaybeEmitter", "io.reactivex.rxjava3.core.CompletableEmitter",
			"io.reactivex.rxjava3.core.Observer", "io.reactivex.rxjava3.core.SingleObserver",
			"io.reactivex.rxjava3.core.MaybeObserver", "io.reactivex.rxjava3.core.CompletableObserver",
			"io.smallrye.mutiny.subscription.UniEmitter", "io.smallrye.mutiny.subscription.MultiEmitter",
			"org.apache.kafka.clients.producer.Callback", "okhttp3.Callback", "kotlinx.coroutines.CompletableDeferred",
			"kotlinx.coroutines.channels.SendChannel", "org.springframework.web.context.request.async.DeferredResult");

	/** Types of results that are computed while or after the caller has them. */
	private static final Map<String, String> UNFINISHED = Map.ofEntries(
			Map.entry("java.util.concurrent.Future", "which does not report its completion"),
			Map.entry("java.util.concurrent.CompletionStage", "which no proxy can make"),
			Map.entry("java.util.concurrent.Flow$Publisher", "which no proxy can make"),
			Map.entry("org.reactivestreams.Publisher", "for which there is no adapter"),
			Map.entry("java.util.concurrent.Callable", "which would run outside of the server's turn"),
			Map.entry("java.lang.Runnable", "which would run outside of the server's turn"),
			Map.entry("java.util.function.Supplier", "which would run outside of the server's turn"),
			Map.entry("java.util.function.BooleanSupplier", "which would run outside of the server's turn"),
			Map.entry("java.util.function.IntSupplier", "which would run outside of the server's turn"),
			Map.entry("java.util.function.LongSupplier", "which would run outside of the server's turn"),
			Map.entry("java.util.function.DoubleSupplier", "which would run outside of the server's turn"),
			Map.entry("java.util.stream.BaseStream", "which would be computed outside of the server's turn"),
			Map.entry("java.util.Iterator", "which would be iterated outside of the server's turn"),
			Map.entry("java.util.Spliterator", "which would be iterated outside of the server's turn"),
			Map.entry("kotlin.sequences.Sequence", "which would be computed outside of the server's turn"),
			Map.entry("kotlinx.coroutines.Job", "for which there is no adapter"),
			Map.entry("kotlinx.coroutines.flow.Flow", "for which there is no adapter"),
			Map.entry("io.reactivex.rxjava3.core.ObservableSource", "for which there is no adapter"),
			Map.entry("io.reactivex.rxjava3.core.SingleSource", "for which there is no adapter"),
			Map.entry("io.reactivex.rxjava3.core.MaybeSource", "for which there is no adapter"),
			Map.entry("io.reactivex.rxjava3.core.CompletableSource", "for which there is no adapter"),
			Map.entry("io.smallrye.mutiny.Uni", "for which there is no adapter"),
			Map.entry("io.vertx.core.Future", "for which there is no adapter"),
			Map.entry("org.springframework.web.context.request.async.DeferredResult",
					"which only a controller can return"),
			Map.entry("org.springframework.web.context.request.async.WebAsyncTask",
					"which only a controller can return"));

	private ReplyForms() {
	}

	/**
	 * Check the parameters of a method.
	 * @param method the method
	 * @param parameters their types without open variables
	 * @throws InvalidOperationException if one takes the reply
	 */
	static void checkParameters(Method method, List<Class<?>> parameters) {
		for (Class<?> parameter : parameters) {
			Set<String> kinds = kinds(parameter);
			if (kinds.contains("kotlin.coroutines.Continuation")) {
				throw new InvalidOperationException(method,
						"is a suspend function of Kotlin, which goes on outside of the server's turn: its messages "
								+ "would overlap, and none would have a deadline",
						"Make it an ordinary function that returns the value, or a Mono or CompletableFuture "
								+ "(mono { … } of kotlinx-coroutines-reactor), for which the server waits");
			}
			for (String receiver : RECEIVERS) {
				if (kinds.contains(receiver)) {
					throw new InvalidOperationException(method,
							"hands its reply to a parameter of type " + parameter.getSimpleName()
									+ ", which the server cannot wait for: its messages would overlap, and none would "
									+ "have a deadline",
							ANSWER + ", or take the reply over with GenServerContext.deferReply()");
				}
			}
		}
	}

	/**
	 * Check what a method returns that has no adapter.
	 * @param method the method
	 * @param type what it returns
	 * @throws InvalidOperationException if that is not the reply itself
	 */
	static void checkReturned(Method method, Class<?> type) {
		for (String kind : kinds(type)) {
			String why = UNFINISHED.get(kind);
			if (why != null) {
				throw new InvalidOperationException(method, "returns a " + type.getSimpleName() + ", " + why, ANSWER);
			}
		}
	}

	/** The names of a type and of all its supertypes. */
	private static Set<String> kinds(Class<?> type) {
		Set<String> names = new LinkedHashSet<>();
		add(type, names);
		return names;
	}

	private static void add(@Nullable Class<?> type, Set<String> names) {
		if (type != null && names.add(type.getName())) {
			add(type.getSuperclass(), names);
			for (Class<?> each : type.getInterfaces()) {
				add(each, names);
			}
		}
	}

}
