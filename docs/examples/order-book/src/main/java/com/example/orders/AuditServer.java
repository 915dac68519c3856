package com.example.orders;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.Overflow;
import jakarta.annotation.PreDestroy;

import org.springframework.beans.factory.annotation.Value;

@GenServer(name = "audit", capacity = 1000, overflow = Overflow.BLOCK)
class AuditServer implements Audit {

	private final GenServerContext context;

	private final Path file;

	private final List<String> lines = new ArrayList<>();

	AuditServer(GenServerContext context, @Value("${audit.file}") Path file) {
		this.context = context;
		this.file = file;
	}

	@Override
	public void append(String line) {
		this.lines.add(line);
		this.context.whenIdle(this::flush);
		if (this.lines.size() >= 500) {
			flush();
		}
	}

	@Override
	@PreDestroy
	public void flush() {
		try {
			Files.write(this.file, this.lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.lines.clear();
	}

}
