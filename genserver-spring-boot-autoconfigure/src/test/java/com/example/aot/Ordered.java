package com.example.aot;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Servers that are registered before those that they depend on. */
final class Ordered {

	private Ordered() {
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(GenServerAutoConfiguration.class)
	@Import({ Writer.class, Reader.class, LogServer.class })
	static class Application {

		@Bean
		static Journal journal() {
			return new Journal(new CopyOnWriteArrayList<>());
		}

	}

	record Journal(List<String> entries) {
	}

	interface Log {

		int size();

	}

	interface Lines {

		int lines();

	}

	abstract static class Noted {

		private final Journal journal;

		private final String name;

		Noted(Journal journal, String name) {
			this.journal = journal;
			this.name = name;
		}

		@PostConstruct
		void starts() {
			this.journal.entries().add(this.name + " starts");
		}

		@PreDestroy
		void stops() {
			this.journal.entries().add(this.name + " stops");
		}

	}

	@GenServer("writer")
	static class Writer extends Noted {

		final Lines lines;

		Writer(Journal journal, Lines lines) {
			super(journal, "writer");
			this.lines = lines;
		}

	}

	@GenServer("reader")
	static class Reader extends Noted implements Lines {

		@Autowired
		GenServerRef<LogServer> log;

		Reader(Journal journal) {
			super(journal, "reader");
		}

		@Override
		public int lines() {
			return 0;
		}

	}

	@GenServer("log")
	static class LogServer extends Noted implements Log {

		LogServer(Journal journal) {
			super(journal, "log");
		}

		@Override
		public int size() {
			return 0;
		}

	}

}
