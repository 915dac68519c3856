package io.genserver.test;

import org.springframework.core.Ordered;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.support.AbstractTestExecutionListener;
import org.springframework.test.context.support.DependencyInjectionTestExecutionListener;

/**
 * Gives the next test method a new application context if a server of this one still runs
 * a handler of the last method. Comes after all other listeners, which may still look at
 * the context.
 */
final class UnusableServersListener extends AbstractTestExecutionListener {

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void afterTestMethod(TestContext test) {
		if (TestContextAnnotationUtils.hasAnnotation(test.getTestClass(), GenServerTest.class)
				&& test.hasApplicationContext()
				&& test.getApplicationContext().getBean(ServersUnderTest.class).isUnusable()) {
			test.markApplicationContextDirty(HierarchyMode.EXHAUSTIVE);
			test.setAttribute(DependencyInjectionTestExecutionListener.REINJECT_DEPENDENCIES_ATTRIBUTE, Boolean.TRUE);
		}
	}

}
