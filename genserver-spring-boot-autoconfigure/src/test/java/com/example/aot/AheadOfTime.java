package com.example.aot;

import java.util.function.Consumer;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

/**
 * Does with an application context what a build does that processes it ahead of time, and
 * starts what comes of it.
 *
 * @param context the generated code
 * @param initializer its class that registers the beans
 */
record AheadOfTime(TestGenerationContext context, ClassName initializer) {

	/**
	 * Process a context.
	 * @param processed a context that is not refreshed
	 * @return what comes of it
	 */
	static AheadOfTime of(GenericApplicationContext processed) {
		TestGenerationContext context = new TestGenerationContext(ClassName.get("com.example.aot", "Application"));
		try (processed) {
			ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(processed, context);
			context.writeGeneratedContent();
			return new AheadOfTime(context, initializer);
		}
	}

	RuntimeHints hints() {
		return this.context.getRuntimeHints();
	}

	/**
	 * Start an application from the generated code.
	 * @param <C> the kind of context
	 * @param fresh a context without definitions
	 * @param use what to do once it runs
	 */
	<C extends GenericApplicationContext> void run(C fresh, Consumer<C> use) {
		TestCompiler.forSystem().with(this.context).compile((compiled) -> {
			try (fresh) {
				initializer(
						compiled.getInstance(ApplicationContextInitializer.class, this.initializer.reflectionName()))
					.initialize(fresh);
				fresh.setClassLoader(compiled.getClassLoader());
				fresh.refresh();
				use.accept(fresh);
			}
		});
	}

	@SuppressWarnings("unchecked")
	private static ApplicationContextInitializer<ConfigurableApplicationContext> initializer(
			ApplicationContextInitializer<?> generated) {
		return (ApplicationContextInitializer<ConfigurableApplicationContext>) generated;
	}

}
