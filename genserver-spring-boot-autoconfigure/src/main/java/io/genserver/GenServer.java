package io.genserver;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * Makes a bean a server: it handles one message at a time, behind a bounded mailbox. Goes
 * on a class found by component scanning or registered in any other way, or on a
 * {@code @Bean} method. The server's name is the bean's name.
 *
 * <pre class="code">
 * interface Counter {
 *
 *     long add(long by); // a call: waits for the reply
 *
 *     &#064;Cast
 *     void reset(); // a cast: returns once it is queued
 *
 * }
 *
 * &#064;GenServer("counter")
 * class CounterServer implements Counter {
 *
 *     private long value; // needs no lock: one message at a time
 *
 *     &#064;Override
 *     public long add(long by) {
 *         this.value += by;
 *         return this.value;
 *     }
 *
 *     &#064;Override
 *     public void reset() {
 *         this.value = 0;
 *     }
 *
 * }
 * </pre>
 *
 * What is injected under that name is a proxy that implements the contract interfaces of
 * the class; each invocation of a contract method becomes a message. The annotated class
 * itself is never handed out.
 * <p>
 * A method annotated {@link Every} is a timer. One annotated with Spring's
 * {@code @EventListener} becomes a cast for each event, from the thread that publishes
 * it: where the mailbox is full that thread waits or is refused as the {@link Overflow}
 * policy says, and it never gets what the method throws. Events that come before the
 * servers start wait in the mailbox; the one that the application closes is handled
 * before the servers terminate; later ones are dead letters. A method of a keyed server
 * says with {@link Keyed.By} which instances an event is for.
 * <p>
 * Settings under {@code genserver.servers.NAME} take precedence over the attributes here,
 * which take precedence over the global settings. Attributes that are text, except for
 * the name, may have placeholders such as <code>${kv.timeout:5s}</code>, which are
 * resolved by the environment; one that is empty then is not set. Those that are numbers
 * have a twin that is text: {@link #capacityString()} for {@link #capacity()}.
 *
 * @since 0.1.0
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Component
public @interface GenServer {

	/**
	 * Name of the server and of the bean, matching {@code [A-Za-z][A-Za-z0-9_-]*}. Empty
	 * means the name the bean gets anyway. Alias of {@link #name()}.
	 * @return the name
	 */
	@AliasFor(annotation = Component.class, attribute = "value")
	String value() default "";

	/**
	 * Name of the server and of the bean. Alias of {@link #value()}.
	 * @return the name
	 */
	@AliasFor(annotation = Component.class, attribute = "value")
	String name() default "";

	/**
	 * Whether there is one instance per key, started on its first message, instead of a
	 * single one.
	 * @return {@code true} for a keyed server
	 */
	boolean keyed() default false;

	/**
	 * Number of messages that may wait in the mailbox; 0 means the configured value.
	 * @return the capacity
	 */
	int capacity() default 0;

	/**
	 * The same as {@link #capacity()}, which is left out then, as text that may have
	 * placeholders, such as <code>${kv.capacity:1000}</code>.
	 * @return the capacity; empty means the configured value
	 */
	String capacityString() default "";

	/**
	 * What happens to a cast that meets a full mailbox; empty means the configured value.
	 * @return at most one policy
	 */
	Overflow[] overflow() default {};

	/**
	 * Time a call may take in all, such as {@code 500ms} or {@code PT2S}; empty means the
	 * configured value.
	 * @return the timeout
	 */
	String callTimeout() default "";

	/**
	 * Time for which the server waits for a future or Mono that a handler returned, such
	 * as {@code 30s}, if its message has no deadline of its own: a cast, a timer, an
	 * event. Does not limit a handler that runs. Empty means the configured value, which
	 * is the call timeout unless {@code genserver.handler-timeout} is set.
	 * @return the timeout
	 */
	String handlerTimeout() default "";

	/**
	 * Time after which an idle instance of a keyed server is passivated, which discards
	 * the state in its fields, such as {@code 30m}; {@code 0s} for never; empty means ten
	 * minutes.
	 * @return the time
	 */
	String idleTimeout() default "";

	/**
	 * Number of instances a keyed server may have at once; a message that would need one
	 * more is refused. {@code -1} for no limit; 0 means 100 000.
	 * @return the number
	 */
	int maxInstances() default 0;

	/**
	 * The same as {@link #maxInstances()}, which is left out then, as text that may have
	 * placeholders.
	 * @return the number; empty means 100 000
	 */
	String maxInstancesString() default "";

	/**
	 * What becomes of the server when a handler throws an exception; empty means the
	 * configured value.
	 * @return at most one strategy
	 */
	SupervisionStrategy[] strategy() default {};

	/**
	 * Name of an {@link java.util.concurrent.Executor} bean that runs the server's turns,
	 * starts and timers included; empty means the engine's workers, which handlers may
	 * block as they like. Everything else stays as it is: one message at a time,
	 * deadlines, cancellation. What the executor refuses, or would run on the thread that
	 * sends a message, a worker runs, and so it does if the executor accepts turns and
	 * runs nothing for a quarter of a minute, until it runs something. The executor's
	 * {@code execute} must not block, and it needs a thread for each of its servers that
	 * wait for one another: otherwise such calls end at their deadlines. In virtual time
	 * executors are not used.
	 * @return the bean's name
	 */
	String executor() default "";

	/**
	 * Types of exceptions after which the server keeps its state and continues,
	 * regardless of the strategy. If several of the listed types match an exception the
	 * most specific one counts, wherever it is listed: here, in {@link #restartOn()} or
	 * {@link #stopOn()}, or under {@code supervision.exceptions} in the properties.
	 * @return the types
	 */
	Class<? extends Throwable>[] resumeOn() default {};

	/**
	 * Types of exceptions after which the server restarts with a new instance.
	 * @return the types
	 * @see #resumeOn()
	 */
	Class<? extends Throwable>[] restartOn() default {};

	/**
	 * Types of exceptions after which the server stops.
	 * @return the types
	 * @see #resumeOn()
	 */
	Class<? extends Throwable>[] stopOn() default {};

}
