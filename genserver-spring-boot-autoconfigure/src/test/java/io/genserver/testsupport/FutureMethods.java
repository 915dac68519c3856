package io.genserver.testsupport;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * All public methods of {@link CompletableFuture}, and what they do to a future that is
 * pending: end it, or not. A method that is not here, such as one of a later JDK, fails
 * the tests that use this until somebody has decided.
 */
public final class FutureMethods {

	private static final Executor DIRECT = Runnable::run;

	/** Methods that complete the future, so that nobody has a use for the reply. */
	private static final Map<String, Consumer<CompletableFuture<Object>>> ENDING = new LinkedHashMap<>();

	/** Methods that leave the future as it is. */
	private static final Map<String, Consumer<CompletableFuture<Object>>> HARMLESS = new LinkedHashMap<>();

	/** Methods that wait. */
	private static final Set<String> WAITING = Set.of("get()", "get(long,TimeUnit)", "join()");

	static {
		ENDING.put("cancel(boolean)", (future) -> future.cancel(true));
		ENDING.put("complete(Object)", (future) -> future.complete("mine"));
		ENDING.put("completeExceptionally(Throwable)",
				(future) -> future.completeExceptionally(new IllegalStateException("mine")));
		ENDING.put("completeAsync(Supplier)", (future) -> future.completeAsync(() -> "mine"));
		ENDING.put("completeAsync(Supplier,Executor)", (future) -> future.completeAsync(() -> {
			throw new IllegalStateException("mine");
		}, DIRECT));
		ENDING.put("completeOnTimeout(Object,long,TimeUnit)",
				(future) -> future.completeOnTimeout("mine", 1, TimeUnit.NANOSECONDS));
		ENDING.put("orTimeout(long,TimeUnit)", (future) -> future.orTimeout(1, TimeUnit.NANOSECONDS));
		ENDING.put("obtrudeValue(Object)", (future) -> future.obtrudeValue("mine"));
		ENDING.put("obtrudeException(Throwable)",
				(future) -> future.obtrudeException(new IllegalStateException("mine")));
		HARMLESS.put("toCompletableFuture()", CompletableFuture::toCompletableFuture);
		HARMLESS.put("copy()", (future) -> future.copy().cancel(true));
		HARMLESS.put("minimalCompletionStage()",
				(future) -> future.minimalCompletionStage().toCompletableFuture().cancel(true));
		HARMLESS.put("newIncompleteFuture()", (future) -> future.newIncompleteFuture().cancel(true));
		HARMLESS.put("defaultExecutor()", CompletableFuture::defaultExecutor);
		HARMLESS.put("isDone()", CompletableFuture::isDone);
		HARMLESS.put("isCancelled()", CompletableFuture::isCancelled);
		HARMLESS.put("isCompletedExceptionally()", CompletableFuture::isCompletedExceptionally);
		HARMLESS.put("getNow(Object)", (future) -> future.getNow(null));
		HARMLESS.put("getNumberOfDependents()", CompletableFuture::getNumberOfDependents);
		HARMLESS.put("state()", CompletableFuture::state);
		HARMLESS.put("resultNow()", (future) -> refused(future::resultNow));
		HARMLESS.put("exceptionNow()", (future) -> refused(future::exceptionNow));
		HARMLESS.put("toString()", CompletableFuture::toString);
		HARMLESS.put("thenApply(Function)", (future) -> future.thenApply((x) -> x).cancel(true));
		HARMLESS.put("thenApplyAsync(Function)", (future) -> future.thenApplyAsync((x) -> x).cancel(true));
		HARMLESS.put("thenApplyAsync(Function,Executor)",
				(future) -> future.thenApplyAsync((x) -> x, DIRECT).cancel(true));
		HARMLESS.put("thenAccept(Consumer)", (future) -> future.thenAccept(FutureMethods::nothing).cancel(true));
		HARMLESS.put("thenAcceptAsync(Consumer)",
				(future) -> future.thenAcceptAsync(FutureMethods::nothing).cancel(true));
		HARMLESS.put("thenAcceptAsync(Consumer,Executor)",
				(future) -> future.thenAcceptAsync(FutureMethods::nothing, DIRECT).cancel(true));
		HARMLESS.put("thenRun(Runnable)", (future) -> future.thenRun(FutureMethods::nothing).cancel(true));
		HARMLESS.put("thenRunAsync(Runnable)", (future) -> future.thenRunAsync(FutureMethods::nothing).cancel(true));
		HARMLESS.put("thenRunAsync(Runnable,Executor)",
				(future) -> future.thenRunAsync(FutureMethods::nothing, DIRECT).cancel(true));
		HARMLESS.put("thenCombine(CompletionStage,BiFunction)",
				(future) -> future.thenCombine(never(), (a, b) -> a).cancel(true));
		HARMLESS.put("thenCombineAsync(CompletionStage,BiFunction)",
				(future) -> future.thenCombineAsync(never(), (a, b) -> a).cancel(true));
		HARMLESS.put("thenCombineAsync(CompletionStage,BiFunction,Executor)",
				(future) -> future.thenCombineAsync(never(), (a, b) -> a, DIRECT).cancel(true));
		HARMLESS.put("thenAcceptBoth(CompletionStage,BiConsumer)",
				(future) -> future.thenAcceptBoth(never(), FutureMethods::nothing).cancel(true));
		HARMLESS.put("thenAcceptBothAsync(CompletionStage,BiConsumer)",
				(future) -> future.thenAcceptBothAsync(never(), FutureMethods::nothing).cancel(true));
		HARMLESS.put("thenAcceptBothAsync(CompletionStage,BiConsumer,Executor)",
				(future) -> future.thenAcceptBothAsync(never(), FutureMethods::nothing, DIRECT).cancel(true));
		HARMLESS.put("runAfterBoth(CompletionStage,Runnable)",
				(future) -> future.runAfterBoth(never(), FutureMethods::nothing).cancel(true));
		HARMLESS.put("runAfterBothAsync(CompletionStage,Runnable)",
				(future) -> future.runAfterBothAsync(never(), FutureMethods::nothing).cancel(true));
		HARMLESS.put("runAfterBothAsync(CompletionStage,Runnable,Executor)",
				(future) -> future.runAfterBothAsync(never(), FutureMethods::nothing, DIRECT).cancel(true));
		HARMLESS.put("applyToEither(CompletionStage,Function)",
				(future) -> future.applyToEither(now(), (x) -> x).join());
		HARMLESS.put("applyToEitherAsync(CompletionStage,Function)",
				(future) -> future.applyToEitherAsync(now(), (x) -> x).join());
		HARMLESS.put("applyToEitherAsync(CompletionStage,Function,Executor)",
				(future) -> future.applyToEitherAsync(now(), (x) -> x, DIRECT).join());
		HARMLESS.put("acceptEither(CompletionStage,Consumer)",
				(future) -> future.acceptEither(now(), FutureMethods::nothing).join());
		HARMLESS.put("acceptEitherAsync(CompletionStage,Consumer)",
				(future) -> future.acceptEitherAsync(now(), FutureMethods::nothing).join());
		HARMLESS.put("acceptEitherAsync(CompletionStage,Consumer,Executor)",
				(future) -> future.acceptEitherAsync(now(), FutureMethods::nothing, DIRECT).join());
		HARMLESS.put("runAfterEither(CompletionStage,Runnable)",
				(future) -> future.runAfterEither(now(), FutureMethods::nothing).join());
		HARMLESS.put("runAfterEitherAsync(CompletionStage,Runnable)",
				(future) -> future.runAfterEitherAsync(now(), FutureMethods::nothing).join());
		HARMLESS.put("runAfterEitherAsync(CompletionStage,Runnable,Executor)",
				(future) -> future.runAfterEitherAsync(now(), FutureMethods::nothing, DIRECT).join());
		HARMLESS.put("thenCompose(Function)", (future) -> future.thenCompose((x) -> now()).cancel(true));
		HARMLESS.put("thenComposeAsync(Function)", (future) -> future.thenComposeAsync((x) -> now()).cancel(true));
		HARMLESS.put("thenComposeAsync(Function,Executor)",
				(future) -> future.thenComposeAsync((x) -> now(), DIRECT).cancel(true));
		HARMLESS.put("whenComplete(BiConsumer)", (future) -> future.whenComplete(FutureMethods::nothing).cancel(true));
		HARMLESS.put("whenCompleteAsync(BiConsumer)",
				(future) -> future.whenCompleteAsync(FutureMethods::nothing).cancel(true));
		HARMLESS.put("whenCompleteAsync(BiConsumer,Executor)",
				(future) -> future.whenCompleteAsync(FutureMethods::nothing, DIRECT).cancel(true));
		HARMLESS.put("handle(BiFunction)", (future) -> future.handle((x, y) -> x).cancel(true));
		HARMLESS.put("handleAsync(BiFunction)", (future) -> future.handleAsync((x, y) -> x).cancel(true));
		HARMLESS.put("handleAsync(BiFunction,Executor)",
				(future) -> future.handleAsync((x, y) -> x, DIRECT).cancel(true));
		HARMLESS.put("exceptionally(Function)", (future) -> future.exceptionally((x) -> x).cancel(true));
		HARMLESS.put("exceptionallyAsync(Function)", (future) -> future.exceptionallyAsync((x) -> x).cancel(true));
		HARMLESS.put("exceptionallyAsync(Function,Executor)",
				(future) -> future.exceptionallyAsync((x) -> x, DIRECT).cancel(true));
		HARMLESS.put("exceptionallyCompose(Function)",
				(future) -> future.exceptionallyCompose((x) -> now()).cancel(true));
		HARMLESS.put("exceptionallyComposeAsync(Function)",
				(future) -> future.exceptionallyComposeAsync((x) -> now()).cancel(true));
		HARMLESS.put("exceptionallyComposeAsync(Function,Executor)",
				(future) -> future.exceptionallyComposeAsync((x) -> now(), DIRECT).cancel(true));
	}

	private FutureMethods() {
	}

	/** Return the names of the methods that end the future. */
	public static List<String> ending() {
		return List.copyOf(ENDING.keySet());
	}

	/** Return the names of the methods that leave the future as it is. */
	public static List<String> harmless() {
		return List.copyOf(HARMLESS.keySet());
	}

	/** Apply one of them. */
	public static void apply(String method, CompletableFuture<Object> future) {
		Consumer<CompletableFuture<Object>> action = ENDING.get(method);
		((action != null) ? action : HARMLESS.get(method)).accept(future);
	}

	/** Return the methods of this JDK that are not known here. */
	public static Set<String> unknown() {
		Set<String> methods = new TreeSet<>();
		for (Method method : CompletableFuture.class.getMethods()) {
			if (method.getDeclaringClass() != Object.class && !Modifier.isStatic(method.getModifiers())
					&& !method.isBridge()) {
				methods.add(method.getName() + Arrays.stream(method.getParameterTypes())
					.map(Class::getSimpleName)
					.collect(Collectors.joining(",", "(", ")")));
			}
		}
		methods.removeAll(ENDING.keySet());
		methods.removeAll(HARMLESS.keySet());
		methods.removeAll(WAITING);
		return methods;
	}

	private static CompletableFuture<Object> never() {
		return new CompletableFuture<>();
	}

	private static CompletableFuture<Object> now() {
		return CompletableFuture.completedFuture("other");
	}

	private static void nothing() {
	}

	private static void nothing(Object a) {
	}

	private static void nothing(Object a, Object b) {
	}

	private static void refused(Runnable look) {
		try {
			look.run();
			throw new AssertionError("A future that is pending has no result");
		}
		catch (IllegalStateException ex) {
			// As documented.
		}
	}

}
