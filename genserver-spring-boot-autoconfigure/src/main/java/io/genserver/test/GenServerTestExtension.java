package io.genserver.test;

import java.lang.reflect.Method;
import java.util.Set;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Gives test methods their parameters, and lets servers begin anew after them.
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
		return SpringExtension.getApplicationContext(context).getBean(parameter.getParameter().getType());
	}

	@Override
	public void afterEach(ExtensionContext context) {
		GenServerTest annotation = TestContextAnnotationUtils.findMergedAnnotation(context.getRequiredTestClass(),
				GenServerTest.class);
		if (annotation != null && annotation.restartServers()) {
			SpringExtension.getApplicationContext(context).getBean(ServersUnderTest.class).restart();
		}
	}

}
