package com.example.orders;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;

import io.genserver.Events;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.Keyed;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import jakarta.annotation.PreDestroy;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.EventListener;

@GenServer(name = "book", keyed = true, idleTimeout = "0s")
class OrderBookServer implements OrderBook {

	private final GenServerContext context;

	private final Audit audit;

	private final Events<Trade> events;

	private final Map<Side, Queue<Entry>> open = new EnumMap<>(Side.class);

	private long placed;

	private boolean halted;

	OrderBookServer(GenServerContext context, Audit audit, @Value("${symbols}") Set<String> symbols) {
		if (!symbols.contains(context.key())) {
			throw RpcException.refuse(Status.NOT_FOUND, "no-such-symbol", "There is no such symbol");
		}
		this.context = context;
		this.audit = audit;
		this.events = context.events();
		Comparator<Entry> byPrice = Comparator.comparingLong((entry) -> entry.order().price());
		this.open.put(Side.SELL, new PriorityQueue<>(byPrice.thenComparingLong(Entry::number)));
		this.open.put(Side.BUY, new PriorityQueue<>(byPrice.reversed().thenComparingLong(Entry::number)));
		audit("opened");
	}

	@Override
	public long place(Order order) {
		if (this.halted) {
			this.context.stash();
			return 0; // what is returned does not count now
		}
		audit("placed " + order);
		Queue<Entry> others = this.open.get((order.side() == Side.BUY) ? Side.SELL : Side.BUY);
		long left = order.quantity();
		while (left > 0 && !others.isEmpty() && order.matches(others.peek().order())) {
			Entry best = others.poll();
			long rest = best.order().quantity() - left;
			if (rest > 0) {
				others.add(new Entry(best.number(), best.order().withQuantity(rest)));
			}
			long quantity = Math.min(left, best.order().quantity());
			left -= quantity;
			traded(order, best.order(), quantity);
		}
		if (left > 0) {
			this.open.get(order.side()).add(new Entry(++this.placed, order.withQuantity(left)));
		}
		return order.quantity() - left;
	}

	private void traded(Order order, Order other, long quantity) {
		boolean buys = order.side() == Side.BUY;
		Trade trade = new Trade(this.context.key(), (buys ? order : other).client(), (buys ? other : order).client(),
				other.price(), quantity);
		audit("traded " + trade);
		this.events.emit(trade);
	}

	@Override
	public int cancelAll(String client) {
		int before = size();
		this.open.values().forEach((side) -> side.removeIf((entry) -> entry.order().client().equals(client)));
		int cancelled = before - size();
		audit("cancelled " + cancelled + " of " + client);
		return cancelled;
	}

	@Override
	public Flux<Trade> trades() {
		return JdkFlowAdapter.flowPublisherToFlux(this.events.stream());
	}

	@EventListener
	@Keyed.By("#halt.symbol()")
	void halt(Halt halt) {
		audit(halt.halted() ? "halted" : "goes on");
		this.halted = halt.halted();
		if (!this.halted) {
			this.context.unstash();
		}
	}

	/** The audit log is injected, so it is there until all books have closed. */
	@PreDestroy
	void close() {
		audit("closed with " + size() + " orders");
	}

	private int size() {
		return this.open.values().stream().mapToInt(Queue::size).sum();
	}

	private void audit(String what) {
		this.audit.append(this.context.now() + " " + this.context.key() + " " + what);
	}

	private record Entry(long number, Order order) {

	}

}
