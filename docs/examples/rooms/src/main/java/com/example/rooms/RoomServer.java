package com.example.rooms;

import java.security.Principal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Flow;
import java.util.regex.Pattern;

import io.genserver.Attachment;
import io.genserver.Caller;
import io.genserver.Events;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.SlowSubscriber;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

@GenServer(name = "room", keyed = true)
class RoomServer implements Room {

	private static final Pattern NAME = Pattern.compile("[a-z]{1,20}(-[0-9]{1,4})?");

	private static final int LINES_KEPT = 200;

	private final GenServerContext context;

	private final Events<Event> events;

	private final Events<Line> lines;

	private final Events<Position> positions;

	private final Set<String> present = new TreeSet<>();

	private final Deque<Line> latest = new ArrayDeque<>();

	private final Map<String, Position> places = new HashMap<>();

	private long said;

	RoomServer(GenServerContext context) {
		if (!NAME.matcher(context.key()).matches()) {
			throw RpcException.refuse(Status.NOT_FOUND, "no-such-room", "A room's name must match " + NAME);
		}
		this.context = context;
		this.events = context.events();
		this.lines = context.events();
		this.positions = context.events(16, SlowSubscriber.DROP_OLDEST);
	}

	@Override
	public Flux<Event> join() {
		String name = caller();
		if (this.present.add(name)) {
			this.events.emit(new Joined(name));
		}
		List<Event> snapshot = List.of(new Present(List.copyOf(this.present)));
		return items(this.events.subscriber(name).startingWith(snapshot, (end) -> left(name)));
	}

	/** Once for each stream of {@link #join} that has ended, for whatever reason. */
	private void left(String name) {
		boolean otherWindow = this.events.subscriber(name).subscribers() > 0;
		if (!otherWindow && this.present.remove(name)) {
			this.events.emit(new Left(name));
		}
	}

	@Override
	public void whisper(String to, String text) {
		String from = inside();
		if (!this.events.subscriber(to).emit(new Whispered(from, text))) {
			throw RpcException.refuse(Status.NOT_FOUND, "not-here", to + " is not here");
		}
	}

	@Override
	public boolean kick(String name) {
		return this.events.subscriber(name).complete();
	}

	@Override
	public void say(String text) {
		Line line = new Line(++this.said, inside(), text);
		this.latest.addLast(line);
		if (this.latest.size() > LINES_KEPT) {
			this.latest.removeFirst();
		}
		this.lines.emit(line);
	}

	@Override
	public Flux<Line> lines(long after) {
		List<Line> missed = this.latest.stream().filter((line) -> line.number() > after).toList();
		return items(this.lines.startingWith(missed));
	}

	@Override
	public Flux<Position> play(Flux<Move> moves) {
		String name = inside();
		Attachment attached = this.context.attach(JdkFlowAdapter.publisherToFlowPublisher(moves),
				(move) -> move(name, move));
		return items(this.positions.stream((end) -> attached.cancel()));
	}

	private void move(String name, Move move) {
		Position from = this.places.getOrDefault(name, new Position(name, 0, 0));
		Position to = new Position(name, from.x() + move.dx(), from.y() + move.dy());
		this.places.put(name, to);
		this.positions.emit(to);
	}

	/** Who calls; here a rule by caller is one on a field of this server. */
	private String inside() {
		String name = caller();
		if (!this.present.contains(name)) {
			throw RpcException.refuse(Status.FAILED_PRECONDITION, "not-inside", name + " has not joined");
		}
		return name;
	}

	private String caller() {
		if (this.context.caller() instanceof Caller.Remote(var connection, var address, Principal who) && who != null) {
			return who.getName();
		}
		throw RpcException.refuse(Status.UNAUTHENTICATED, "who-are-you", "Rooms are for people who have logged in");
	}

	private static <T> Flux<T> items(Flow.Publisher<T> publisher) {
		return JdkFlowAdapter.flowPublisherToFlux(publisher);
	}

}
