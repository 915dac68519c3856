package io.genserver.test;

import java.lang.reflect.Method;
import java.util.Set;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Gives test methods their parameters, restarts servers after them, and fails a method
 * that leaves a server waiting.
 */
final class GenServerTestExtension implements ParameterResolver, AfterEachCallback {

	private static final Set<Class<?>> PARAMETERS = Set.of(VirtualTime.class, ServersUnderTest.class);

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return PARAMETERS.contains(parameter.getParameter().getType())
				&& parameter.getDeclaringExecutable() instanceof Method && !parameter.isAnnotated(Autowired.class);
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		ApplicationContext beans = SpringExtension.getApplicationContext(context);
		return beans.getBeanProvider(type).getIfAvailable(() -> {
			throw new ParameterResolutionException((type == VirtualTime.class)
					? "There is no virtual time: annotate " + context.getRequiredTestClass().getName()
							+ " @AutoConfigureVirtualTime"
					: "There is no " + type.getName() + ": annotate " + context.getRequiredTestClass().getName()
							+ " @GenServerTest");
		});
	}

	@Override
	public void afterEach(ExtensionContext context) {
		GenServerTest annotation = TestContextAnnotationUtils.findMergedAnnotation(context.getRequiredTestClass(),
				GenServerTest.class);
		if (annotation != null && annotation.restartServers()) {
			SpringExtension.getApplicationContext(context).getBean(ServersUnderTest.class).endMethod();
		}
	}

}
