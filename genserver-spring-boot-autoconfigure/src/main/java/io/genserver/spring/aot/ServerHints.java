package io.genserver.spring.aot;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

import io.genserver.runtime.contract.Contract;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import io.genserver.spring.ReactiveReplyAdapters;
import io.genserver.spring.ServerBean;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.util.ClassUtils;

/**
 * Registers what is done to servers and contracts by reflection.
 */
final class ServerHints {

	private final RuntimeHints hints;

	private final ReplyAdapters replies;

	/**
	 * Create.
	 * @param hints where to register
	 * @param classLoader where to look for optional libraries
	 */
	ServerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		this.hints = hints;
		this.replies = ReactiveReplyAdapters.create(classLoader, null);
	}

	/**
	 * Register a server.
	 * @param server the server
	 * @param overTheWire whether its messages may come over connections
	 */
	void register(ServerBean server, boolean overTheWire) {
		for (Class<?> each = server.serverClass(); each != null && each != Object.class; each = each.getSuperclass()) {
			registerMethods(each);
		}
		ClassUtils.getAllInterfacesForClassAsSet(server.serverClass()).forEach(this::registerMethods);
		server.contracts().forEach(this::registerProxy);
		if (server.leafContracts().size() > 1) {
			this.hints.proxies().registerJdkProxy(server.leafContracts().toArray(Class<?>[]::new));
		}
		if (overTheWire) {
			registerTypes(
					new ReflectiveContracts(this.replies).operationsOf(server.serverClass(), server.type().getType()));
		}
	}

	/**
	 * Register the contract of a server of another process.
	 * @param contract the contract
	 */
	void registerRemote(Class<?> contract) {
		registerMethods(contract);
		ClassUtils.getAllInterfacesForClassAsSet(contract).forEach(this::registerMethods);
		registerProxy(contract);
		registerTypes(Contract.of(contract, this.replies).operations());
	}

	private void registerProxy(Class<?> contract) {
		this.hints.proxies().registerJdkProxy(contract);
	}

	/** They are looked at for annotations, and called. */
	private void registerMethods(Class<?> type) {
		if (!type.getName().startsWith("java.")) {
			this.hints.reflection()
				.registerType(type, MemberCategory.INVOKE_DECLARED_METHODS, MemberCategory.INVOKE_PUBLIC_METHODS);
		}
	}

	private void registerTypes(List<? extends Operation> operations) {
		List<Type> types = new ArrayList<>();
		for (Operation operation : operations) {
			types.addAll(List.of(operation.parameterTypes()));
			types.add(operation.replyType());
		}
		new WireTypes(this.hints).register(types);
	}

}
