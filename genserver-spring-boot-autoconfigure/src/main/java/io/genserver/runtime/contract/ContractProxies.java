package io.genserver.runtime.contract;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Makes the proxies of one contract, or of several together. What a method means is
 * looked up in a table made once; a proxy is the table and a target.
 */
public final class ContractProxies {

	private static final @Nullable Object[] NO_ARGUMENTS = {};

	private final Function<InvocationHandler, Object> instances;

	private final Map<Method, Sent> table = new HashMap<>();

	/**
	 * Create.
	 * @param contracts the interfaces, all visible from where the first one is
	 * @param operations what their methods mean
	 * @param classes makes the class of the proxies
	 */
	ContractProxies(List<Class<?>> contracts, List<? extends Operation> operations, ProxyClasses classes) {
		this.instances = classes.of(contracts);
		for (Operation operation : operations) {
			if (operation instanceof MethodOperation known) {
				for (Method declaration : known.declarations()) {
					this.table.put(declaration, Sent.of(known, declaration));
				}
			}
		}
		Map<Method, Sent> declared = Map.copyOf(this.table);
		contracts.forEach((contract) -> addBridges(contract, declared));
	}

	/** A method that overrides a generic one has a bridge method in addition. */
	private void addBridges(Class<?> contract, Map<Method, Sent> declared) {
		for (Method method : contract.getMethods()) {
			if (!Modifier.isStatic(method.getModifiers()) && !this.table.containsKey(method)) {
				declared.forEach((declaration, sent) -> {
					if (declaration.getName().equals(method.getName())
							&& declaration.getDeclaringClass().isAssignableFrom(contract)
							&& Arrays.equals(declaration.getParameterTypes(), method.getParameterTypes())) {
						this.table.put(method, sent);
					}
				});
			}
		}
	}

	/**
	 * Make a proxy.
	 * @param target gets its messages
	 * @return the proxy, which has all of the contracts
	 */
	public Object to(ContractTarget target) {
		return this.instances.apply(new Handler(this.table, target));
	}

	/**
	 * What a method of the contract becomes.
	 *
	 * @param operation the operation
	 * @param reply what the method, as declared here, answers with
	 */
	private record Sent(MethodOperation operation, @Nullable ReplyAdapter reply) {

		static Sent of(MethodOperation operation, Method declaration) {
			return new Sent(operation, operation.adapterFor(declaration));
		}

	}

	/**
	 * An argument of {@code equals} that asks a proxy whether it has this target.
	 *
	 * @param target the target
	 */
	private record Identity(ContractTarget target) {
	}

	/**
	 * Turns invocations into messages.
	 *
	 * @param table what methods mean
	 * @param target gets the messages
	 */
	private record Handler(Map<Method, Sent> table, ContractTarget target) implements InvocationHandler {

		@Override
		public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
				throws Throwable {
			Sent sent = this.table.get(method);
			if (sent == null) {
				return local(proxy, method, arguments);
			}
			return sent.operation().send(this.target, sent.reply(), (arguments != null) ? arguments : NO_ARGUMENTS);
		}

		/**
		 * Proxies of the same contracts are equal if their messages go to the same
		 * target. The other one is asked, as only it knows its target.
		 */
		private boolean isEqual(Object proxy, @Nullable Object other) {
			if (other instanceof Identity identity) {
				return this.target.equals(identity.target());
			}
			return proxy == other || (other != null && other.getClass() == proxy.getClass()
					&& other.equals(new Identity(this.target)));
		}

		private Object local(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
			if (ContractMethods.isOfObject(method)) {
				return switch (method.getName()) {
					case "equals" -> arguments != null && isEqual(proxy, arguments[0]);
					case "hashCode" -> this.target.hashCode();
					default -> this.target.toString();
				};
			}
			throw new UnsupportedOperationException(InvalidOperationException.describe(method)
					+ " is not an operation of " + this.target + ": it belongs to the platform or a framework."
					+ " Declare the method in the contract itself to make it one");
		}

	}

}
