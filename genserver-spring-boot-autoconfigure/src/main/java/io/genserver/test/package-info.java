/**
 * What an application needs to test its servers: a slice of its context, time that passes
 * when the test says so, and schedules drawn from a seed. Nothing here is used, or needed
 * on the class path, when the application runs; Spring Boot Test and JUnit Jupiter are
 * named here and nowhere else.
 */
@NullMarked
package io.genserver.test;

import org.jspecify.annotations.NullMarked;
