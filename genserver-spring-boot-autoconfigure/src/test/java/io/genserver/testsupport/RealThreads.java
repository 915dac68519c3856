package io.genserver.testsupport;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;

/**
 * Marks tests whose outcome depends on when threads run: on the engine's workers, or on
 * threads of their own. A class is marked if most of its tests are such, otherwise the
 * methods are. The stress profile repeats them on a busy machine.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Tag(RealThreads.TAG)
public @interface RealThreads {

	/** The tag of these tests. */
	String TAG = "real-threads";

}
