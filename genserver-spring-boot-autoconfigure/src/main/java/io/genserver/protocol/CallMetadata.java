package io.genserver.protocol;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What travels with a call in addition to its arguments, or with an answer in addition to
 * its value; in ext mode only. Immutable; {@link #NONE} and {@link #toBuilder()} are the
 * way to make one.
 *
 * @param deadlineMillis time left for the call when it was sent, in milliseconds, or
 * {@value #NO_DEADLINE}
 * @param traceParent W3C trace context, {@code 00-TRACE-SPAN-FLAGS} in hexadecimal
 * @param traceState W3C trace state
 * @param contentType how the payload is encoded
 * @param accept the numbered codecs the caller understands, best first
 * @param streamWindow bytes of the response that may be on their way, or
 * {@value #NO_WINDOW} for that of the connection's settings
 * @param itemCredit items of the response that may be on their way, or
 * {@value #UNLIMITED_ITEMS}
 * @param methodName name of the method; sent on its first use on a connection only
 * @param key the instance of a keyed server
 * @param headers headers of the application
 */
public record CallMetadata(long deadlineMillis, @Nullable String traceParent, @Nullable String traceState,
		@Nullable ContentType contentType, List<ContentType> accept, int streamWindow, int itemCredit,
		@Nullable String methodName, @Nullable String key, List<Header> headers) {

	/** No deadline was set by the caller. */
	public static final long NO_DEADLINE = -1;

	/** The response has the window of the connection's settings. */
	public static final int NO_WINDOW = -1;

	/** Items are not counted. */
	public static final int UNLIMITED_ITEMS = -1;

	/** Nothing but the arguments. */
	public static final CallMetadata NONE = new Builder().build();

	/**
	 * Copies the lists.
	 */
	public CallMetadata {
		accept = List.copyOf(accept);
		headers = List.copyOf(headers);
	}

	/**
	 * Returns a builder that starts from this metadata.
	 * @return a new builder
	 */
	public Builder toBuilder() {
		return new Builder(this);
	}

	/**
	 * A header of the application.
	 *
	 * @param name its name, at most 255 bytes of UTF-8
	 * @param value its value
	 */
	public record Header(String name, String value) {
	}

	/**
	 * Collects metadata; each method replaces what it is named for.
	 */
	public static final class Builder {

		private long deadlineMillis = NO_DEADLINE;

		private @Nullable String traceParent;

		private @Nullable String traceState;

		private @Nullable ContentType contentType;

		private List<ContentType> accept = List.of();

		private int streamWindow = NO_WINDOW;

		private int itemCredit = UNLIMITED_ITEMS;

		private @Nullable String methodName;

		private @Nullable String key;

		/** Immutable until the first header is added. */
		private List<Header> headers = List.of();

		private boolean ownHeaders;

		Builder() {
		}

		Builder(CallMetadata from) {
			this.deadlineMillis = from.deadlineMillis;
			this.traceParent = from.traceParent;
			this.traceState = from.traceState;
			this.contentType = from.contentType;
			this.accept = from.accept;
			this.streamWindow = from.streamWindow;
			this.itemCredit = from.itemCredit;
			this.methodName = from.methodName;
			this.key = from.key;
			this.headers = from.headers;
		}

		/** @see CallMetadata#deadlineMillis() */
		public Builder deadlineMillis(long millis) {
			this.deadlineMillis = millis;
			return this;
		}

		/** @see CallMetadata#traceParent() */
		public Builder traceParent(@Nullable String traceParent) {
			this.traceParent = traceParent;
			return this;
		}

		/** @see CallMetadata#traceState() */
		public Builder traceState(@Nullable String traceState) {
			this.traceState = traceState;
			return this;
		}

		/** @see CallMetadata#contentType() */
		public Builder contentType(@Nullable ContentType contentType) {
			this.contentType = contentType;
			return this;
		}

		/** @see CallMetadata#accept() */
		public Builder accept(List<ContentType> accept) {
			this.accept = accept;
			return this;
		}

		/** @see CallMetadata#streamWindow() */
		public Builder streamWindow(int bytes) {
			this.streamWindow = bytes;
			return this;
		}

		/** @see CallMetadata#itemCredit() */
		public Builder itemCredit(int items) {
			this.itemCredit = items;
			return this;
		}

		/** @see CallMetadata#methodName() */
		public Builder methodName(@Nullable String name) {
			this.methodName = name;
			return this;
		}

		/** @see CallMetadata#key() */
		public Builder key(@Nullable String key) {
			this.key = key;
			return this;
		}

		/**
		 * Adds a header.
		 * @param name its name
		 * @param value its value
		 * @return this builder
		 */
		public Builder header(String name, String value) {
			if (!this.ownHeaders) {
				this.ownHeaders = true;
				this.headers = new ArrayList<>(this.headers);
			}
			this.headers.add(new Header(name, value));
			return this;
		}

		/**
		 * Builds the metadata.
		 * @return the metadata
		 */
		public CallMetadata build() {
			return new CallMetadata(this.deadlineMillis, this.traceParent, this.traceState, this.contentType,
					this.accept, this.streamWindow, this.itemCredit, this.methodName, this.key, this.headers);
		}

	}

}
