package io.genserver.spring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.genserver.testsupport.HangGuard;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.context.FilteredClassLoader;

import static org.assertj.core.api.Assertions.assertThat;

class NonBlockingThreadsTest {

	private final BooleanSupplier test = NonBlockingThreads.detect(getClass().getClassLoader());

	@Test
	void ordinaryThreadsMayBlock() {
		assertThat(this.test.getAsBoolean()).isFalse();
		assertThat(Mono.fromSupplier(this.test::getAsBoolean).subscribeOn(Schedulers.boundedElastic()).block())
			.isFalse();
	}

	@Test
	void reactorsThreadsMustNotBlock() {
		assertThat(Mono.fromSupplier(this.test::getAsBoolean).subscribeOn(Schedulers.parallel()).block()).isTrue();
	}

	@Test
	void nettysEventLoopsMustNotBlock() throws Exception {
		EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		try {
			assertThat(loops.submit(this.test::getAsBoolean).get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
			BooleanSupplier nettyOnly = NonBlockingThreads.detect(new FilteredClassLoader("reactor"));
			assertThat(loops.submit(nettyOnly::getAsBoolean).get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
		}
	}

	@Test
	void withoutReactorAndNettyAllThreadsMayBlock() throws Exception {
		BooleanSupplier none = NonBlockingThreads.detect(new FilteredClassLoader("reactor", "io.netty"));
		CompletableFuture<Boolean> answer = new CompletableFuture<>();
		new FastThreadLocalThread(() -> answer.complete(none.getAsBoolean())).start();
		assertThat(answer.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isFalse();
	}

}
