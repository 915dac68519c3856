package io.genserver.spring;

import java.util.List;
import java.util.function.Supplier;

import io.genserver.GenServerInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;

/**
 * The interceptors of a context, looked up with the first message: they may use servers,
 * which are not there before the runtime is. Whether there are any is known from the
 * start, so that a runtime without interceptors does no work for them.
 */
public final class LateInterceptors implements Supplier<List<GenServerInterceptor>> {

	private final ObjectProvider<GenServerInterceptor> provider;

	private LateInterceptors(ObjectProvider<GenServerInterceptor> provider) {
		this.provider = provider;
	}

	/**
	 * Create.
	 * @param provider has the interceptors
	 * @param beanFactory tells whether any are defined, without making them
	 * @return makes the interceptors; {@code null} if none are defined
	 */
	public static @Nullable LateInterceptors of(ObjectProvider<GenServerInterceptor> provider,
			ListableBeanFactory beanFactory) {
		boolean none = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, GenServerInterceptor.class,
				true, false).length == 0;
		return none ? null : new LateInterceptors(provider);
	}

	@Override
	public List<GenServerInterceptor> get() {
		return this.provider.orderedStream().toList();
	}

}
