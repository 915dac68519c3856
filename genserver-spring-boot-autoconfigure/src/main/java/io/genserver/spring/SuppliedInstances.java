package io.genserver.spring;

import java.util.function.Supplier;

import io.genserver.GenServer;
import io.genserver.runtime.InstanceFactories;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.contract.Contracts;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * Makes the instances of servers that are started at run time. Where the application
 * supplies a proxy of an aspect, the rules of beans apply: operations get its advice,
 * functions get what is behind it, and none at all if it secures methods.
 */
public final class SuppliedInstances implements InstanceFactories {

	private static final GenServer ANNOTATION = AnnotationUtils.synthesizeAnnotation(GenServer.class);

	private final Contracts contracts;

	private final boolean security;

	/**
	 * Create.
	 * @param contracts what reflection knows of servers
	 * @param classLoader where to look for Spring Security
	 */
	public SuppliedInstances(Contracts contracts, @Nullable ClassLoader classLoader) {
		this.contracts = contracts;
		this.security = SecuredMethods.canBeSecured(classLoader);
	}

	@Override
	public InstanceFactory of(String name, Class<?> type, Supplier<?> supplier) {
		ServerBean server = new ServerBean(name, ResolvableType.forClass(type), this.contracts.contractsOf(type),
				ANNOTATION);
		return new BeanInstanceFactory(server, new Supplied(supplier), this.security);
	}

	/**
	 * Instances that only the application knows.
	 *
	 * @param supplier supplies them
	 */
	private record Supplied(Supplier<?> supplier) implements InstanceSource {

		@Override
		public Object make(ServerBean server) {
			return this.supplier.get();
		}

		@Override
		public void destroy(ServerBean server, Object instance) {
			// Whatever has to be closed belongs to the application.
		}

	}

}
