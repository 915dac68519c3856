package com.example.rooms;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import reactor.core.publisher.Flux;

/**
 * One room. Callers are who they have authenticated as.
 */
public interface Room {

	/** Enter: who is there, then what happens. Whoever ends the stream leaves. */
	Flux<Event> join();

	void say(String text);

	/** Send a text to one person only. */
	void whisper(String to, String text);

	/** End the streams of a person, whose connection stays. */
	boolean kick(String name);

	/** What was said after the line of that number, then what is said. */
	Flux<Line> lines(long after);

	/** Move, and see the others move. Only the latest positions count. */
	Flux<Position> play(Flux<Move> moves);

	@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "type")
	sealed interface Event {

	}

	record Present(List<String> names) implements Event {

	}

	record Joined(String name) implements Event {

	}

	record Left(String name) implements Event {

	}

	record Whispered(String from, String text) implements Event {

	}

	record Line(long number, String from, String text) {

	}

	record Move(int dx, int dy) {

	}

	record Position(String name, int x, int y) {

	}

}
