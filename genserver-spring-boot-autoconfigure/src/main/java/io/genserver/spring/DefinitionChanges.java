package io.genserver.spring;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/**
 * The changes that a post-processor makes to the bean definitions of an application.
 * <p>
 * They are undone where the application is processed ahead of time: proxies are made by
 * code that cannot be written to a source file, so the definitions that are written are
 * those of the application, and the post-processor changes them when it runs in the
 * application that was written. Thus both kinds of start go the same way.
 */
public final class DefinitionChanges {

	private final DefaultListableBeanFactory beanFactory;

	/** What undoes the changes, the last one first. */
	private final Deque<Runnable> undo = new ArrayDeque<>();

	/**
	 * Create.
	 * @param beanFactory has the definitions
	 */
	public DefinitionChanges(DefaultListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Remove a definition.
	 * @param name name of the bean
	 * @return the definition
	 */
	public BeanDefinition remove(String name) {
		BeanDefinition definition = this.beanFactory.getBeanDefinition(name);
		this.beanFactory.removeBeanDefinition(name);
		this.undo.push(() -> {
			if (!this.beanFactory.containsBeanDefinition(name)) {
				this.beanFactory.registerBeanDefinition(name, definition);
			}
		});
		return definition;
	}

	/**
	 * Add a definition. If another post-processor replaces it, that one is not undone.
	 * @param name name of the bean
	 * @param definition the definition
	 */
	public void register(String name, BeanDefinition definition) {
		this.beanFactory.registerBeanDefinition(name, definition);
		this.undo.push(() -> {
			if (this.beanFactory.containsBeanDefinition(name)
					&& this.beanFactory.getBeanDefinition(name) == definition) {
				this.beanFactory.removeBeanDefinition(name);
			}
		});
	}

	/**
	 * Change how a definition is found and how long its beans live.
	 * @param definition the definition
	 * @param change changes the scope, whether it is made late, and whether and how it is
	 * a candidate for injection, but nothing else
	 */
	void modify(BeanDefinition definition, Consumer<BeanDefinition> change) {
		String scope = definition.getScope();
		boolean lazy = definition.isLazyInit();
		boolean candidate = definition.isAutowireCandidate();
		boolean primary = definition.isPrimary();
		boolean fallback = definition.isFallback();
		change.accept(definition);
		this.undo.push(() -> {
			definition.setScope(scope);
			definition.setLazyInit(lazy);
			definition.setAutowireCandidate(candidate);
			definition.setPrimary(primary);
			definition.setFallback(fallback);
		});
	}

	/**
	 * Undo all changes.
	 */
	public void undo() {
		while (!this.undo.isEmpty()) {
			this.undo.pop().run();
		}
	}

}
