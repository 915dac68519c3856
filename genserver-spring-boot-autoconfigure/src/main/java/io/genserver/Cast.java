package io.genserver;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a {@code void} method an operation without a reply: the sender continues as soon
 * as the message is queued.
 *
 * @since 0.1.0
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Cast {

	/**
	 * Name of the operation on the wire, after {@code SERVER.}; empty means the method's
	 * name, or the simple name of the message's class.
	 * @return the name
	 */
	String value() default "";

	/**
	 * Whether a message starts although earlier ones wait for a place among the
	 * concurrent invocations of another operation, such as {@code cancel(id)}.
	 * @return {@code true} to wait behind no message that waits for a place
	 * @see Call#overtakes()
	 */
	boolean overtakes() default false;

}
