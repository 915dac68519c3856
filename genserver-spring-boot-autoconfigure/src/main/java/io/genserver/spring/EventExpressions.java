package io.genserver.spring;

import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.BaseStream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.expression.AnnotatedElementKey;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.context.expression.CachedExpressionEvaluator;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.util.ObjectUtils;

/**
 * Evaluates the conditions of event listeners, and the keys of the instances that events
 * are for. Both see what conditions of other beans see: {@code event} and {@code args} of
 * the root object, the parameter by name or position, and beans.
 */
final class EventExpressions extends CachedExpressionEvaluator {

	private final Map<ExpressionKey, Expression> expressions = new ConcurrentHashMap<>();

	private final BeanFactoryResolver beans;

	EventExpressions(BeanFactory beanFactory) {
		this.beans = new BeanFactoryResolver(beanFactory);
	}

	boolean hold(String condition, ApplicationEvent event, Method method, @Nullable Object[] arguments) {
		return Boolean.TRUE
			.equals(expression(condition, method).getValue(context(event, method, arguments), Boolean.class));
	}

	/** The keys that an expression names, each once. */
	Set<String> keys(String key, ApplicationEvent event, Method method, @Nullable Object[] arguments) {
		Set<String> keys = new LinkedHashSet<>();
		addTo(keys, expression(key, method).getValue(context(event, method, arguments)));
		return keys;
	}

	private static void addTo(Set<String> keys, @Nullable Object value) {
		switch (value) {
			case null -> {
				// For no instance.
			}
			case Iterable<?> several -> several.forEach((each) -> addTo(keys, each));
			case BaseStream<?, ?> several -> several.iterator().forEachRemaining((each) -> addTo(keys, each));
			case Optional<?> maybe -> addTo(keys, maybe.orElse(null));
			case Object array when array.getClass().isArray() -> {
				for (Object each : ObjectUtils.toObjectArray(array)) {
					addTo(keys, each);
				}
			}
			default -> keys.add(value.toString());
		}
	}

	private Expression expression(String text, Method method) {
		return getExpression(this.expressions, new AnnotatedElementKey(method, method.getDeclaringClass()), text);
	}

	private MethodBasedEvaluationContext context(ApplicationEvent event, Method method, @Nullable Object[] arguments) {
		MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(new Root(event, arguments), method,
				arguments, getParameterNameDiscoverer());
		context.setBeanResolver(this.beans);
		return context;
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
