package io.genserver.spring;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/**
 * Finds the beans that a bean will have injected, by what is declared: the parameters of
 * its constructor or factory method, its fields and methods, and {@code @DependsOn}.
 * Makes no bean: which bean Spring would choose it says as it is about to make it.
 */
final class DeclaredDependencies {

	private static final SafeLogger logger = SafeLogger.of(DeclaredDependencies.class);

	private static final String RESOURCE = "jakarta.annotation.Resource";

	private static final List<String> INJECTED = List.of("org.springframework.beans.factory.annotation.Autowired",
			"jakarta.inject.Inject", RESOURCE);

	private final DefaultListableBeanFactory beanFactory;

	private final Map<String, Set<String>> known = new ConcurrentHashMap<>();

	DeclaredDependencies(DefaultListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/** The beans it depends on; none if it is of the framework or cannot be looked at. */
	Set<String> of(String bean) {
		Set<String> dependencies = this.known.get(bean);
		if (dependencies == null) {
			dependencies = read(bean);
			this.known.put(bean, dependencies);
		}
		return dependencies;
	}

	/** The bean that has the method which makes a bean, if it is no static one. */
	@Nullable String factoryOf(String bean) {
		return this.beanFactory.containsBeanDefinition(bean)
				? this.beanFactory.getMergedBeanDefinition(bean).getFactoryBeanName() : null;
	}

	private Set<String> read(String bean) {
		Set<String> names = new LinkedHashSet<>();
		try {
			if (this.beanFactory.containsBeanDefinition(bean)) {
				read(bean, this.beanFactory.getMergedBeanDefinition(bean), names);
			}
		}
		catch (Throwable ex) {
			// It cannot be made either, or is made otherwise; that is not ours to report.
			logger.debug("Not all dependencies of bean {} are known before it is made", bean, ex);
		}
		return Set.copyOf(names);
	}

	private void read(String bean, BeanDefinition definition, Set<String> names) {
		String[] named = definition.getDependsOn();
		if (named != null) {
			names.addAll(List.of(named));
		}
		Method factoryMethod = (definition instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod() : null;
		Class<?> type = definition.getResolvableType().resolve();
		if (isOfFramework(factoryMethod != null ? factoryMethod.getDeclaringClass() : type)) {
			return;
		}
		if (factoryMethod != null) {
			parameters(bean, factoryMethod, names);
		}
		else if (type != null && definition.getFactoryMethodName() == null) {
			constructors(bean, type).forEach((constructor) -> parameters(bean, constructor, names));
		}
		if (type != null) {
			ReflectionUtils.doWithFields(type, (field) -> field(bean, field, names));
			for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
				method(bean, method, names);
			}
		}
	}

	private static boolean isOfFramework(@Nullable Class<?> type) {
		return type != null && type.getName().startsWith("org.springframework.");
	}

	/** The constructor that the container will choose. */
	private Collection<Constructor<?>> constructors(String bean, Class<?> type) {
		for (BeanPostProcessor processor : this.beanFactory.getBeanPostProcessors()) {
			if (processor instanceof SmartInstantiationAwareBeanPostProcessor smart) {
				Constructor<?>[] candidates = smart.determineCandidateConstructors(type, bean);
				if (candidates != null) {
					return List.of(candidates);
				}
			}
		}
		return List.of();
	}

	private void parameters(String bean, Executable executable, Set<String> names) {
		for (int i = 0; i < executable.getParameterCount(); i++) {
			MethodParameter parameter = MethodParameter.forExecutable(executable, i);
			parameter.initParameterNameDiscovery(this.beanFactory.getParameterNameDiscoverer());
			resolve(bean, new Probe(parameter), names);
		}
	}

	private void field(String bean, Field field, Set<String> names) {
		if (isInjected(field) && !isNamed(field, field.getName(), names)) {
			resolve(bean, new Probe(field), names);
		}
	}

	private void method(String bean, Method method, Set<String> names) {
		if (!method.isBridge() && isInjected(method)) {
			String property = method.getName().startsWith("set")
					? StringUtils.uncapitalizeAsProperty(method.getName().substring(3)) : "";
			if (!isNamed(method, property, names)) {
				parameters(bean, method, names);
			}
		}
	}

	private static boolean isInjected(AnnotatedElement member) {
		MergedAnnotations annotations = MergedAnnotations.from(member);
		return INJECTED.stream().anyMatch(annotations::isPresent);
	}

	/** Whether a resource has a name, and is injected by that. */
	private boolean isNamed(AnnotatedElement member, String property, Set<String> names) {
		MergedAnnotation<?> resource = MergedAnnotations.from(member).get(RESOURCE);
		String name = resource.isPresent() ? resource.getString("name") : "";
		if (name.isEmpty() && resource.isPresent() && this.beanFactory.containsBean(property)) {
			name = property;
		}
		return !name.isEmpty() && names.add(name);
	}

	/** What one place has injected. */
	private void resolve(String bean, Probe probe, Set<String> names) {
		if (this.beanFactory.getAutowireCandidateResolver().getSuggestedValue(probe) != null) {
			return;
		}
		Class<?> type = probe.getDependencyType();
		while (type == Optional.class || ObjectFactory.class.isAssignableFrom(type)
				|| type.getName().equals("jakarta.inject.Provider")) {
			probe.increaseNestingLevel();
			type = probe.getDependencyType();
		}
		ResolvableType elements = elements(probe.getResolvableType());
		if (elements != null) {
			for (String each : this.beanFactory.getBeanNamesForType(elements, true, false)) {
				names.add(each);
			}
			return;
		}
		try {
			this.beanFactory.doResolveDependency(probe, bean, null, null);
		}
		catch (Chosen ex) {
			names.add(ex.bean);
		}
		catch (RuntimeException ex) {
			// Nothing to inject, or too much: said when the bean is made, if ever.
			logger.debug("Bean {} cannot have a {} injected", bean, type, ex);
		}
	}

	/** The type of the elements, if all beans of a type are injected. */
	private static @Nullable ResolvableType elements(ResolvableType type) {
		Class<?> raw = type.toClass();
		if (type.isArray()) {
			return type.getComponentType();
		}
		if (Stream.class.isAssignableFrom(raw) || (raw.isInterface() && Collection.class.isAssignableFrom(raw))) {
			return type.as(Stream.class.isAssignableFrom(raw) ? Stream.class : Collection.class).getGeneric();
		}
		return (raw == Map.class) ? type.getGeneric(1) : null;
	}

	/** Says which bean is chosen, and has it not made. */
	private static final class Probe extends DependencyDescriptor {

		Probe(MethodParameter parameter) {
			super(parameter, false, false);
		}

		Probe(Field field) {
			super(field, false, false);
		}

		@Override
		public Object resolveCandidate(String beanName, Class<?> requiredType, BeanFactory beanFactory) {
			throw new Chosen(beanName);
		}

	}

	/** The choice. */
	private static final class Chosen extends RuntimeException {

		private final String bean;

		Chosen(String bean) {
			super(bean, null, false, false);
			this.bean = bean;
		}

	}

}
