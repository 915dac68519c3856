package io.genserver.rpc.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.genserver.rpc.peer.TestServers;

/** An endpoint in a JVM of its own, to be killed. */
final class EndpointProgram {

	private EndpointProgram() {
	}

	/**
	 * Serve until killed.
	 * @param arguments the port, and whether to answer calls to {@code enter}
	 */
	public static void main(String[] arguments) throws InterruptedException {
		boolean answers = Boolean.parseBoolean(arguments[1]);
		TestEndpoint endpoint = new TestEndpoint(new TestServers().add("ledger", new Held(answers)).start(),
				Integer.parseInt(arguments[0]));
		System.out.println("serving " + endpoint.port());
		new CountDownLatch(1).await();
	}

	/** Says when a call runs, and may never answer it. */
	private record Held(boolean answers) implements Ledger {

		@Override
		public CompletableFuture<Integer> enter(int id) {
			System.out.println("entered " + id);
			return this.answers ? CompletableFuture.completedFuture(id) : new CompletableFuture<>();
		}

		@Override
		public CompletableFuture<Integer> enterAgain(int id) {
			return enter(id);
		}

		@Override
		public CompletableFuture<byte[]> pages(int bytes) {
			return CompletableFuture.completedFuture(new byte[bytes]);
		}

	}

}
