package io.genserver.autoconfigure.server;

import io.genserver.spring.ScannedDeclarations;

import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Lets the component scan of an application tell of servers that it passes over.
 * {@link TypeExcludeFilter}s have to be there before the scan.
 */
final class ScannedDeclarationsInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		context.getBeanFactory().registerSingleton(ScannedDeclarations.BEAN_NAME, new ScannedDeclarations());
	}

}
