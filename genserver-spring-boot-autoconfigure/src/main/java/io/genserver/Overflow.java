package io.genserver;

/**
 * What happens to a cast that meets a full mailbox. Calls do not depend on it: a blocking
 * call waits for room until its deadline, any other call is refused.
 *
 * @since 0.1.0
 */
public enum Overflow {

	/**
	 * The sender waits for room, at most the call timeout, where its thread may block;
	 * elsewhere the cast is refused.
	 */
	BLOCK,

	/**
	 * The cast is refused with a {@link MailboxFullException}.
	 */
	REJECT,

	/**
	 * The cast is discarded; its sender does not learn of it.
	 */
	DROP_NEWEST,

	/**
	 * The oldest cast in the mailbox is discarded to make room; its sender does not learn
	 * of it. Calls are never discarded: if there are nothing but calls, the new cast is.
	 */
	DROP_OLDEST

}
