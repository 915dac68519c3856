package io.genserver.spring;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.testsupport.HangGuard;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/** Servers that name an executor bean. */
class ServerExecutorsTest {

	private static final List<String> DESTROYED = Collections.synchronizedList(new ArrayList<>());

	@Test
	void aServerRunsOnTheExecutorItNames() {
		Servers.runner().withUserConfiguration(Pool.class, Reports.class).run((context) -> {
			GenServerRef<Reports> reports = context.getBean(GenServerRegistry.class).ref("reports");
			assertThat(reports.<String, RuntimeException>call(Reports::thread)).startsWith("reports-pool-");
		});
	}

	@Test
	void oneStartedAtRunTimeTakesItFromTheAnnotationOfItsClass() {
		Servers.runner().withUserConfiguration(Pool.class).run((context) -> {
			GenServerRef<Reports> reports = context.getBean(GenServerRegistry.class)
				.start("late", Reports.class, Reports::new);
			assertThat(reports.callAsync(Reports::thread).get(HangGuard.SECONDS, TimeUnit.SECONDS))
				.startsWith("reports-pool-");
		});
	}

	@Test
	void itTerminatesAlthoughTheExecutorGoesFirst() {
		DESTROYED.clear();
		Servers.runner().withUserConfiguration(Pool.class, Reports.class).run((context) -> {
			context.close();
			assertThat(DESTROYED).hasSize(1);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Pool {

		@Bean
		ThreadPoolTaskExecutor reportsPool() {
			ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
			pool.setThreadNamePrefix("reports-pool-");
			return pool;
		}

	}

	@GenServer(name = "reports", executor = "reportsPool")
	static class Reports {

		String thread() {
			return Thread.currentThread().getName();
		}

		@PreDestroy
		void destroyed() {
			DESTROYED.add(thread());
		}

	}

}
