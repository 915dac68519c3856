package io.genserver.spring.aot;

import org.springframework.aot.hint.RuntimeHints;

/**
 * Hints for contracts that a build cannot find by itself: those of servers that are
 * started at run time, of peers that a server calls back, and of clients that code makes.
 * An application registers them in a
 * {@link org.springframework.aot.hint.RuntimeHintsRegistrar}.
 *
 * @since 0.1.0
 */
public final class ContractHints {

	private ContractHints() {
	}

	/**
	 * Register contracts: their proxies, their methods, and the types of parameters and
	 * replies, which may go over connections.
	 * @param hints where to register
	 * @param contracts the contracts, interfaces
	 * @throws IllegalArgumentException if an interface cannot be a contract, saying why
	 */
	public static void register(RuntimeHints hints, Class<?>... contracts) {
		for (Class<?> contract : contracts) {
			new ServerHints(hints, contract.getClassLoader()).registerRemote(contract);
		}
	}

}
