package io.genserver.rpc.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * A TCP hop between a client and its endpoint that misbehaves, one way per connection.
 */
final class ChaosProxy implements AutoCloseable {

	/** What goes wrong with a connection. */
	enum Trouble {

		NONE, DELAY, CUT, RESET, HALF_OPEN, SLOW_READER, STALLED_READER

	}

	/**
	 * What goes wrong, and after how many bytes of each direction.
	 *
	 * @param trouble the trouble
	 * @param afterBytes bytes that are let through before it
	 */
	record Plan(Trouble trouble, int afterBytes) {
	}

	/** Bytes after the trouble, if it is one to live with, that end a connection. */
	private static final int LONGEST_LIFE = 10_000;

	private final ServerSocket listening;

	private final int target;

	private final IntFunction<Plan> plans;

	private final AtomicInteger connections = new AtomicInteger();

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final CountDownLatch closed = new CountDownLatch(1);

	/** Each connection's plan is that of its number, from 0. */
	ChaosProxy(int target, IntFunction<Plan> plans) throws IOException {
		this.target = target;
		this.plans = plans;
		this.listening = new ServerSocket(0, 256, InetAddress.getByName("localhost"));
		Thread.ofVirtual().start(this::accept);
	}

	/** Every trouble but stalling for ever, at any byte of the first kilobytes. */
	static Plan random(Random random) {
		Trouble trouble = Trouble.values()[random.nextInt(Trouble.values().length - 1)];
		// Now and then in the middle of the handshake.
		return new Plan(trouble, random.nextInt((random.nextInt(8) == 0) ? 300 : 30_000));
	}

	int port() {
		return this.listening.getLocalPort();
	}

	int connections() {
		return this.connections.get();
	}

	private void accept() {
		while (true) {
			try {
				Socket client = this.listening.accept();
				Plan plan = this.plans.apply(this.connections.getAndIncrement());
				this.sockets.add(client);
				Socket server = new Socket(InetAddress.getByName("localhost"), this.target);
				this.sockets.add(server);
				client.setTcpNoDelay(true);
				server.setTcpNoDelay(true);
				Thread.ofVirtual().start(() -> pump(client, server, plan, false));
				Thread.ofVirtual().start(() -> pump(server, client, plan, true));
			}
			catch (IOException ex) {
				if (this.listening.isClosed()) {
					return;
				}
			}
		}
	}

	private void pump(Socket from, Socket to, Plan plan, boolean answers) {
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] buffer = new byte[4096];
			int through = 0;
			while (true) {
				int left = plan.afterBytes - through;
				int most = (left > 0) ? Math.min(left, buffer.length) : buffer.length;
				if (left <= 0 && !happen(plan.trouble, from, to, answers)) {
					return;
				}
				if (left <= 0 && plan.trouble == Trouble.SLOW_READER && answers) {
					most = 64;
				}
				int read = in.read(buffer, 0, most);
				if (read < 0) {
					break;
				}
				out.write(buffer, 0, read);
				through += read;
				if (plan.trouble != Trouble.STALLED_READER && through > plan.afterBytes + LONGEST_LIFE) {
					break;
				}
			}
		}
		catch (IOException ex) {
			// The other direction tells.
		}
		close(from);
		close(to);
	}

	/** Makes the trouble. Returns whether bytes go on after it. */
	private boolean happen(Trouble trouble, Socket from, Socket to, boolean answers) throws IOException {
		switch (trouble) {
			case NONE -> {
				return true;
			}
			case DELAY, SLOW_READER -> {
				LockSupport.parkNanos(1_000_000);
				return true;
			}
			case CUT -> {
				close(from);
				close(to);
				return false;
			}
			case RESET -> {
				from.setSoLinger(true, 0);
				to.setSoLinger(true, 0);
				close(from);
				close(to);
				return false;
			}
			case HALF_OPEN -> {
				return waitForClose();
			}
			case STALLED_READER -> {
				return !answers || waitForClose();
			}
		}
		throw new IllegalStateException("Unknown trouble " + trouble);
	}

	/** Neither forwards nor reads any more; the sockets stay. */
	private boolean waitForClose() {
		try {
			this.closed.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return false;
	}

	private void close(Socket socket) {
		this.sockets.remove(socket);
		try {
			socket.close();
		}
		catch (IOException ex) {
			// It is of no use any more anyway.
		}
	}

	@Override
	public void close() throws IOException {
		this.listening.close();
		this.closed.countDown();
		this.sockets.forEach(this::close);
	}

}
