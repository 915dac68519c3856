package io.genserver.spring;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.expression.AnnotatedElementKey;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.context.expression.CachedExpressionEvaluator;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.expression.Expression;

/**
 * Evaluates the conditions of event listeners, which see what those of other beans see:
 * {@code event} and {@code args} of the root object, the parameter by name or position,
 * and beans.
 */
final class EventConditions extends CachedExpressionEvaluator {

	private final Map<ExpressionKey, Expression> expressions = new ConcurrentHashMap<>();

	private final BeanFactoryResolver beans;

	EventConditions(BeanFactory beanFactory) {
		this.beans = new BeanFactoryResolver(beanFactory);
	}

	boolean hold(String condition, ApplicationEvent event, Method method, @Nullable Object[] arguments) {
		MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(new Root(event, arguments), method,
				arguments, getParameterNameDiscoverer());
		context.setBeanResolver(this.beans);
		AnnotatedElementKey key = new AnnotatedElementKey(method, method.getDeclaringClass());
		return Boolean.TRUE.equals(getExpression(this.expressions, key, condition).getValue(context, Boolean.class));
	}

	/**
	 * What expressions see.
	 *
	 * @param event the event
	 * @param args the arguments of the method
	 */
	record Root(ApplicationEvent event, @Nullable Object[] args) {
	}

}
