package io.genserver;

import java.util.List;

/**
 * Thrown when a server would wait for a server that, directly or through others, waits
 * for it. The message shows the chain. None of these servers could ever have continued.
 *
 * @since 0.1.0
 */
public class CallCycleException extends GenServerException {

	private static final long serialVersionUID = 1L;

	@SuppressWarnings("serial")
	private final List<String> chain;

	/**
	 * Create an exception.
	 * @param chain the servers, each waiting for the next, the last being the first again
	 */
	public CallCycleException(List<String> chain) {
		super("Servers would wait for each other: " + String.join(" -> ", chain)
				+ ". Let one of them use a cast, an asynchronous call whose future it does not return, or a reply"
				+ " deferred until later", true);
		this.chain = List.copyOf(chain);
	}

	/**
	 * Return the servers that would wait for each other.
	 * @return the chain, whose last is its first
	 */
	public List<String> chain() {
		return this.chain;
	}

}
