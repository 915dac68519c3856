package io.genserver;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a method an operation that answers, or gives a contract method settings of its
 * own. On a method with one parameter of a server class, outside its contracts, it is the
 * handler of messages of the parameter's type.
 *
 * @since 0.1.0
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Call {

	/**
	 * Name of the operation on the wire, after {@code SERVER.}; empty means the method's
	 * name, or the simple name of the message's class.
	 * @return the name
	 */
	String value() default "";

	/**
	 * Time a call of this operation may take in all, such as {@code 500ms}; empty means
	 * the server's call timeout. Placeholders such as <code>${kv.get.timeout:1s}</code>
	 * are resolved by the environment; a client or a build without one takes the default
	 * in the placeholder, and its own timeout where there is none.
	 * @return the timeout
	 */
	String timeout() default "";

	/**
	 * Whether a call made in a server's turn may go on after the deadline of the message
	 * that the turn handles: it has its own time only. Without it a call gets what
	 * remains of that time, if that is less. So has a call by
	 * {@link GenServerRef#detached()}.
	 * @return {@code true} if calls are not limited by the deadline of the calling turn
	 */
	boolean detached() default false;

	/**
	 * Whether running the operation twice has the effect of running it once, so that a
	 * remote client may send it again.
	 * @return {@code true} if the operation is idempotent
	 */
	boolean idempotent() default false;

	/**
	 * Number of invocations that may run at once, outside the server's turn, for handlers
	 * that do not touch its state; 0 means in the turn. An invocation beyond the number
	 * waits, and so do the messages sent after it, except for those of operations that
	 * {@link #overtakes() overtake}. An invocation has its place until its handler ends,
	 * also when its caller no longer waits. The property
	 * {@code genserver.servers.NAME.operations.OPERATION.concurrent} comes before this.
	 * @return the number
	 */
	int concurrent() default 0;

	/**
	 * The same as {@link #concurrent()}, which is left out then, as text that may have
	 * placeholders, such as <code>${resizer.parallelism:4}</code>.
	 * @return the number; empty means in the turn
	 */
	String concurrentString() default "";

	/**
	 * Whether an invocation starts although earlier messages wait for a place among the
	 * {@link #concurrent()} invocations of another operation: for what has to answer
	 * while all places are taken, such as {@code status()} or {@code cancel(id)}. It
	 * takes no place itself and runs in the server's turn, one at a time with all that
	 * does.
	 * <p>
	 * It starts before such earlier messages of its own sender, too, and before what
	 * waits behind them of other senders; it keeps its place behind messages of its own
	 * sender that run in the turn.
	 *
	 * <pre class="code">
	 * &#064;Call(concurrent = 4)
	 * Report render(Order order); // the fifth waits
	 *
	 * &#064;Call(overtakes = true)
	 * int rendered(); // answers meanwhile
	 * </pre>
	 * @return {@code true} to wait behind no message that waits for a place
	 */
	boolean overtakes() default false;

	/**
	 * Whether the thread that runs the handler is interrupted when its caller no longer
	 * waits.
	 * @return {@code true} to interrupt
	 */
	boolean interruptible() default false;

}
