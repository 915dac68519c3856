package io.genserver.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of servers: beans annotated {@link io.genserver.GenServer}, and nothing else of
 * the application. There is no web server and no remote access, but
 * {@link ServersUnderTest#as} stands for a remote caller; what a server depends on is
 * given as a {@code @TestBean} or {@code @MockitoBean}, or let in with {@code @Import} or
 * {@link #includeFilters}. So are background services, which are not there otherwise.
 * <p>
 * The servers run as in the application, on threads of their own and in real time, unless
 * {@link AutoConfigureVirtualTime} says otherwise. Test methods may have
 * {@link ServersUnderTest} as a parameter. The context, and so the servers, are the same
 * for all methods, and for other classes with the same configuration; servers are
 * restarted after each method, see {@link #restartServers}.
 * <p>
 * Settings for a server that is not there are logged, where an application would not
 * start: a slice need not have all servers.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(GenServerTestContextBootstrapper.class)
@ExtendWith({ SpringExtension.class, GenServerTestExtension.class })
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(GenServerTypeExcludeFilter.class)
@ImportAutoConfiguration
public @interface GenServerTest {

	/**
	 * Properties in form {@code key=value}, added to the environment.
	 * @return the properties
	 */
	String[] properties() default {};

	/**
	 * Servers to test, and background services; all servers if nothing is named. Same as
	 * {@link #servers}.
	 * @return their classes
	 */
	@AliasFor("servers")
	Class<?>[] value() default {};

	/**
	 * Servers to test, and background services with their consumers; all servers that are
	 * found by component scan if nothing is named.
	 * @return their classes
	 */
	@AliasFor("value")
	Class<?>[] servers() default {};

	/**
	 * Whether servers are restarted after each test method. A method that leaves a server
	 * waiting then fails, naming the server and its operation, and what waits is ended;
	 * servers that are suspended are resumed. Background services are cancelled before,
	 * and those that start with the application start again. State outside of servers
	 * stays, and so do servers that a test added, and a keyed server that it stopped
	 * stays stopped: {@code @DirtiesContext} helps there.
	 * @return whether they do
	 */
	boolean restartServers() default true;

	/**
	 * Whether to let in what the slice does by default.
	 * @return whether {@code @GenServer} classes are let in
	 */
	boolean useDefaultFilters() default true;

	/**
	 * What else component scan lets in.
	 * @return the filters
	 */
	Filter[] includeFilters() default {};

	/**
	 * What component scan does not let in.
	 * @return the filters
	 */
	Filter[] excludeFilters() default {};

	/**
	 * Auto-configuration to leave out.
	 * @return the classes
	 */
	@AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
	Class<?>[] excludeAutoConfiguration() default {};

}
