package io.genserver.jmh;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;

/**
 * The server's JVM: listens until its parent closes its input, and tells what it has cost
 * so far when asked.
 */
final class EchoServer {

	/** Bytes of a payload. */
	static final int PAYLOAD = 32;

	/** What a server sends as an item. */
	static final byte[] ITEM = new byte[PAYLOAD];

	static {
		Arrays.fill(ITEM, (byte) 'x');
	}

	private EchoServer() {
	}

	public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
		int port = ((Host) Class.forName(arguments[0]).getDeclaredConstructor().newInstance()).start();
		System.out.println("port " + port);
		BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = questions.readLine(); line != null; line = questions.readLine()) {
			System.out.println(line + " " + Costs.now());
		}
		Runtime.getRuntime().halt(0);
	}

	/**
	 * What is served. By name, as not all of them have all they need on the class path.
	 */
	interface Host {

		/**
		 * Start to listen.
		 * @return the port
		 */
		int start();

	}

	/**
	 * What a JVM has used since it started.
	 *
	 * @param bytes allocated by all threads
	 * @param nanos processor time
	 */
	record Costs(long bytes, long nanos) {

		static Costs now() {
			return new Costs(((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes(),
					((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime());
		}

		static Costs parse(String text) {
			String[] parts = text.split(" ");
			return new Costs(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
		}

		@Override
		public String toString() {
			return this.bytes + " " + this.nanos;
		}

	}

}
