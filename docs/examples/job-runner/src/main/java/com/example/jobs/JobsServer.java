package com.example.jobs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import io.genserver.Events;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.Reply;
import io.genserver.SlowSubscriber;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

@GenServer("jobs")
class JobsServer implements Jobs {

	private static final Duration KEPT = Duration.ofHours(1);

	private final GenServerContext context;

	private final GenServerRef<JobsServer> self;

	private final Workers workers;

	private final Events<Status> changes;

	private final Map<String, Job> jobs = new HashMap<>();

	JobsServer(GenServerContext context, Workers workers) {
		this.context = context;
		this.self = context.self();
		this.workers = workers;
		this.changes = context.events(8, SlowSubscriber.DROP_OLDEST);
	}

	@Override
	public String submit(String input) {
		String id = UUID.randomUUID().toString();
		// From a thread of the pool: a message of its own. A full mailbox may drop it.
		CompletableFuture<String> run = this.workers.run(input,
				(percent) -> this.self.tryCast((server) -> server.progressed(id, percent)));
		this.jobs.put(id, new Job(run, new Status(id, State.WAITING, 0, null)));
		this.context.pipe(run, (result) -> ended(id, State.DONE, result), (failure) -> ended(id,
				(failure instanceof CancellationException) ? State.CANCELLED : State.FAILED, failure.toString()));
		return id;
	}

	private void progressed(String id, int percent) {
		Job job = this.jobs.get(id);
		if (job != null && !job.status.isOver()) {
			job.status = new Status(id, State.RUNNING, percent, null);
			this.changes.subscriber(id).emit(job.status);
		}
	}

	private void ended(String id, State state, String result) {
		Job job = this.jobs.get(id);
		job.status = new Status(id, state, (state == State.DONE) ? 100 : job.status.percent(), result);
		this.changes.subscriber(id).emit(job.status);
		this.changes.subscriber(id).complete();
		job.waiting.forEach((reply) -> reply.complete(job.status));
		job.waiting.clear();
		this.context.schedule(KEPT, () -> this.jobs.remove(id));
	}

	@Override
	public CompletableFuture<Status> ended(String id) {
		Job job = job(id);
		if (job.status.isOver()) {
			return CompletableFuture.completedFuture(job.status);
		}
		job.waiting.removeIf(Reply::isOver);
		job.waiting.add(this.context.deferReply());
		return null; // what is returned does not count now
	}

	@Override
	public Flux<Status> watch(String id) {
		Status now = job(id).status;
		return now.isOver() ? Flux.just(now)
				: JdkFlowAdapter.flowPublisherToFlux(this.changes.subscriber(id).startingWith(List.of(now)));
	}

	@Override
	public boolean cancel(String id) {
		Job job = job(id);
		return !job.run.isDone() && job.run.cancel(true);
	}

	@Override
	public Status status(String id) {
		return job(id).status;
	}

	private Job job(String id) {
		Job job = this.jobs.get(id);
		if (job == null) {
			throw new NoSuchJobException(id);
		}
		return job;
	}

	private static final class Job {

		private final CompletableFuture<String> run;

		private final List<Reply<Status>> waiting = new ArrayList<>();

		private Status status;

		Job(CompletableFuture<String> run, Status status) {
			this.run = run;
			this.status = status;
		}

	}

}
