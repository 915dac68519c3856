package io.genserver.autoconfigure.server;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application that fails to start would print.
 */
public final class Analyses {

	private Analyses() {
	}

	public static ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class));
	}

	public static ApplicationContextRunner runner(Class<?>... configuration) {
		return runner().withUserConfiguration(configuration);
	}

	/** Start an application that must fail, and return its analysis. */
	public static FailureAnalysis of(ApplicationContextRunner runner) {
		AtomicReference<ConfigurableApplicationContext> source = new AtomicReference<>();
		AtomicReference<Throwable> failure = new AtomicReference<>();
		runner.withInitializer(source::set).run((context) -> {
			assertThat(context).hasFailed();
			failure.set(context.getStartupFailure());
		});
		return analyze(failure.get(), source.get());
	}

	private static FailureAnalysis analyze(Throwable failure, ConfigurableApplicationContext context) {
		List<FailureAnalyzer> analyzers = SpringFactoriesLoader
			.forDefaultResourceLocation(Analyses.class.getClassLoader())
			.load(FailureAnalyzer.class, ArgumentResolver.of(BeanFactory.class, context.getBeanFactory())
				.and(Environment.class, context.getEnvironment()));
		return analyzers.stream()
			.map((analyzer) -> analyzer.analyze(failure))
			.filter(Objects::nonNull)
			.findFirst()
			.orElseThrow(() -> new AssertionError("No analysis", failure));
	}

}
