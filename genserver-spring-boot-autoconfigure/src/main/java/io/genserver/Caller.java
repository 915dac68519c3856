package io.genserver;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * Who sent a message.
 *
 * @since 0.1.0
 */
public sealed interface Caller {

	/**
	 * A server of this application.
	 *
	 * @param name its name
	 * @param key its key, or {@code null} if it is not keyed
	 * @since 0.1.0
	 */
	record Server(String name, @Nullable String key) implements Caller {

		@Override
		public String toString() {
			return (this.key != null) ? this.name + "/" + this.key : this.name;
		}

	}

	/**
	 * A thread outside all servers.
	 *
	 * @param name the thread's name
	 * @since 0.1.0
	 */
	record Local(String name) implements Caller {

		@Override
		public String toString() {
			return "thread " + this.name;
		}

	}

	/**
	 * The other end of a connection.
	 *
	 * @param connection identifies the connection in this process
	 * @param address the peer's address
	 * @param principal who it is, or {@code null} if it did not say
	 * @since 0.1.0
	 */
	record Remote(String connection, String address, @Nullable Principal principal) implements Caller {

		@Override
		public String toString() {
			return "peer " + this.address + ((this.principal != null) ? " (" + this.principal.getName() + ")" : "");
		}

	}

}
