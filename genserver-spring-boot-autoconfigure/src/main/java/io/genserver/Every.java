package io.genserver;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a method of a server a timer: it runs in the server's turn again and again, from
 * each start of the server on. The method takes no parameters and returns nothing, and it
 * is no operation: callers cannot invoke it. What it throws is treated like the failure
 * of a cast.
 * <p>
 * At most one tick of a timer is due at a time; those that were missed, because the
 * server was busy or suspended, are skipped. After a restart the timer begins again, with
 * the initial delay. No tick comes after a stop.
 * <p>
 * Each instance of a keyed server has timers of its own. They do not keep an instance
 * from being passivated: the idle time counts from its last message, of which ticks are
 * none, and the next message makes an instance whose timers begin again. State that must
 * not be lost is saved in {@code @PreDestroy}.
 *
 * @since 0.1.0
 * @see GenServerContext#scheduleEvery(java.time.Duration, Runnable)
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Every {

	/**
	 * Time from one tick to the next: a number and a unit (ns, us, ms, s, m, h, d) such
	 * as {@code 10s}, or ISO-8601 such as {@code PT10S}; positive. Placeholders such as
	 * <code>${flush.period:10s}</code> are resolved by the environment. Timers count in
	 * milliseconds.
	 * @return the period
	 */
	String value();

	/**
	 * Time from the start of the server to the first tick, written like the period; may
	 * be {@code 0s}. Empty, also after placeholders were resolved, means the period.
	 * @return the delay
	 */
	String initialDelay() default "";

}
