package io.genserver.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Lets the servers of a test run in {@link VirtualTime}, which the test's methods may
 * have as a parameter. Goes with {@link GenServerTest} and with {@code @SpringBootTest}.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration(VirtualTimeAutoConfiguration.class)
@ExtendWith(GenServerTestExtension.class)
public @interface AutoConfigureVirtualTime {

}
