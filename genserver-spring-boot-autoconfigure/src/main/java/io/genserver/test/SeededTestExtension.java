package io.genserver.test;

import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/**
 * Runs a {@link SeededTest} under its seeds, up to the first that fails.
 */
final class SeededTestExtension implements TestTemplateInvocationContextProvider {

	@Override
	public boolean supportsTestTemplate(ExtensionContext context) {
		return AnnotationSupport.isAnnotated(context.getRequiredTestMethod(), SeededTest.class);
	}

	@Override
	public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
		AtomicBoolean failed = new AtomicBoolean();
		return seeds(context).takeWhile((seed) -> !failed.get()).mapToObj((seed) -> new Invocation(seed, failed));
	}

	private static LongStream seeds(ExtensionContext context) {
		Long single = context.getConfigurationParameter("genserver.seed", Long::valueOf).orElse(null);
		if (single != null) {
			return LongStream.of(single);
		}
		int asked = AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), SeededTest.class)
			.map(SeededTest::value)
			.orElse(1);
		int seeds = context.getConfigurationParameter("genserver.seeds", Integer::valueOf).orElse(asked);
		if (seeds < 1) {
			throw new ExtensionConfigurationException("A @SeededTest runs under at least 1 seed, not " + seeds
					+ ": correct its value, or genserver.seeds");
		}
		return LongStream.rangeClosed(1, seeds);
	}

	/**
	 * One run, under one seed.
	 *
	 * @param seed the seed
	 * @param failed set when the run fails
	 */
	private record Invocation(long seed, AtomicBoolean failed) implements TestTemplateInvocationContext {

		@Override
		public String getDisplayName(int invocationIndex) {
			return "seed " + this.seed;
		}

		@Override
		public List<Extension> getAdditionalExtensions() {
			return List.of(new SeededRun(this.seed, this.failed));
		}

	}

	/** Makes the simulation when it is first asked for, and ends it. */
	private static final class SeededRun implements ParameterResolver, InvocationInterceptor {

		private final long seed;

		private final AtomicBoolean failed;

		private @Nullable Simulation simulation;

		SeededRun(long seed, AtomicBoolean failed) {
			this.seed = seed;
			this.failed = failed;
		}

		@Override
		public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
			return parameter.getParameter().getType() == Simulation.class;
		}

		@Override
		public Simulation resolveParameter(ParameterContext parameter, ExtensionContext context) {
			Simulation known = this.simulation;
			if (known == null) {
				known = Simulation.of(this.seed);
				this.simulation = known;
			}
			return known;
		}

		@Override
		public void interceptTestTemplateMethod(InvocationInterceptor.Invocation<@Nullable Void> invocation,
				ReflectiveInvocationContext<Method> method, ExtensionContext context) throws Throwable {
			Simulation world = this.simulation;
			try {
				invocation.proceed();
				if (world != null) {
					world.close();
				}
			}
			catch (TestAbortedException ex) {
				discard(world);
				throw ex;
			}
			catch (Throwable ex) {
				this.failed.set(true);
				discard(world);
				throw new AssertionError("Failed under seed " + this.seed + "; replay with -Dgenserver.seed="
						+ this.seed + ": " + ((ex.getMessage() != null) ? ex.getMessage() : ex), ex);
			}
		}

		private static void discard(@Nullable Simulation world) {
			if (world != null) {
				world.discard();
			}
		}

	}

}
