package io.genserver.background;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says of a bean of type {@link ItemConsumer} whose items it takes. On its class, or on
 * its factory method. A service has one consumer; one that nothing is said of has none.
 *
 * @since 0.1.0
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ItemsOf {

	/**
	 * Name of the service, which is the name of its bean.
	 * @return the name
	 */
	String value();

}
