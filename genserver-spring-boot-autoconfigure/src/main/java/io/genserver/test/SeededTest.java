package io.genserver.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test method that is run once for each of some seeds, the same ones every time, until
 * it fails; it has a {@link Simulation} as a parameter. The simulation ends with the
 * method: servers shut down, which must not fail either.
 * <p>
 * A failure names its seed. The configuration parameter of JUnit, or system property,
 * {@code genserver.seed} replays a single one; {@code genserver.seeds} sets how many each
 * method tries, whatever it asks for.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TestTemplate
@ExtendWith(SeededTestExtension.class)
public @interface SeededTest {

	/**
	 * Number of seeds.
	 * @return the number, positive
	 */
	int value() default 100;

}
