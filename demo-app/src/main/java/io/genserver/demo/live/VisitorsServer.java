package io.genserver.demo.live;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;

import io.genserver.Events;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.SlowSubscriber;
import io.genserver.demo.RefusedException;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

/**
 * Keeps who is here. Visitors come in the server's turn; they leave on whatever thread
 * their stream ends, so the one thing touched from there is a concurrent map.
 */
@GenServer("visitors")
class VisitorsServer implements Visitors {

	private static final int NAME_LENGTH = 40;

	private static final Pattern COLOUR = Pattern.compile("#[0-9a-fA-F]{6}");

	private final ConcurrentSkipListMap<Long, Visitor> present = new ConcurrentSkipListMap<>();

	private final Events<List<Visitor>> changes;

	private final GenServerRef<VisitorsServer> self;

	private long lastNumber;

	VisitorsServer(GenServerContext context) {
		this.self = context.self();
		// Each event is the whole truth: of those a slow visitor has not seen only the
		// latest matters.
		this.changes = context.events(1, SlowSubscriber.DROP_OLDEST);
	}

	@Override
	public Flux<List<Visitor>> enter(String name, String colour) {
		if (name.isBlank() || name.length() > NAME_LENGTH) {
			throw new RefusedException("A name has 1 to " + NAME_LENGTH + " characters");
		}
		if (!COLOUR.matcher(colour).matches()) {
			throw new RefusedException("A colour is #rrggbb, not \"" + colour + "\"");
		}
		Visitor visitor = new Visitor(name, colour);
		return Flux.defer(() -> {
			long number = ++this.lastNumber;
			this.present.put(number, visitor);
			tell();
			return JdkFlowAdapter.flowPublisherToFlux(this.changes.startingWith(Set.of(everybody())))
				.doFinally((end) -> leave(number));
		});
	}

	private void leave(long number) {
		this.present.remove(number);
		// If there is no room the change is told with the next one.
		this.self.tryCast(VisitorsServer::tell);
	}

	private void tell() {
		this.changes.emit(everybody());
	}

	private List<Visitor> everybody() {
		return List.copyOf(this.present.values());
	}

}
