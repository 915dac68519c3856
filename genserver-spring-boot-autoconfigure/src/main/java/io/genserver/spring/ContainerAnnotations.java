package io.genserver.spring;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.genserver.Keyed;
import io.genserver.runtime.contract.HandlerMethod;
import io.genserver.runtime.contract.InvalidOperationException;
import org.jspecify.annotations.Nullable;

import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ReflectionUtils;

/**
 * Refuses what would make a container call a server's instance past its mailbox, and
 * finds what may listen to events, which become casts. The annotations and interfaces are
 * known by name: most of them are not on the class path.
 */
final class ContainerAnnotations {

	private static final String LISTENER = "Let another bean listen, and send the server a cast";

	private static final String TRANSACTIONAL = "Let another bean's @TransactionalEventListener method send the server a"
			+ " cast: the transaction that ends is none of the server's turn";

	private static final String CONTROLLER = "Let another bean take requests, and call the server";

	private static final String TIMER = "Use @Every, which ticks in the server's own turn, or let another bean's @Scheduled"
			+ " method send the server a cast";

	private static final String ASYNC = "A server has a thread of its own already: remove the annotation, and make the"
			+ " method a cast or let it return a CompletableFuture";

	private static final String MANAGED = "Let another bean be managed, and call the server";

	/** What to do instead, by annotation. */
	private static final Map<String, String> ANNOTATIONS = new LinkedHashMap<>();

	/** What to do instead, by interface. */
	private static final Map<String, String> INTERFACES = new LinkedHashMap<>();

	static {
		put(TIMER, "org.springframework.scheduling.annotation.Scheduled",
				"org.springframework.scheduling.annotation.Schedules", "jakarta.ejb.Schedule");
		put(ASYNC, "org.springframework.scheduling.annotation.Async", "jakarta.ejb.Asynchronous");
		put(TRANSACTIONAL, "org.springframework.transaction.event.TransactionalEventListener");
		put(LISTENER, "org.springframework.jms.annotation.JmsListener",
				"org.springframework.jms.annotation.JmsListeners", "org.springframework.kafka.annotation.KafkaListener",
				"org.springframework.kafka.annotation.KafkaListeners",
				"org.springframework.kafka.annotation.KafkaHandler",
				"org.springframework.amqp.rabbit.annotation.RabbitListener",
				"org.springframework.amqp.rabbit.annotation.RabbitListeners",
				"org.springframework.amqp.rabbit.annotation.RabbitHandler",
				"org.springframework.pulsar.annotation.PulsarListener",
				"org.springframework.pulsar.annotation.ReactivePulsarListener",
				"io.awspring.cloud.sqs.annotation.SqsListener",
				"org.springframework.data.redis.annotation.RedisListener",
				"org.springframework.integration.annotation.ServiceActivator",
				"org.springframework.integration.annotation.Transformer",
				"org.springframework.integration.annotation.InboundChannelAdapter",
				"org.springframework.integration.annotation.MessageEndpoint",
				"org.springframework.modulith.events.ApplicationModuleListener");
		put(CONTROLLER, "org.springframework.stereotype.Controller",
				"org.springframework.web.bind.annotation.RequestMapping",
				"org.springframework.web.bind.annotation.ControllerAdvice",
				"org.springframework.web.bind.annotation.ExceptionHandler",
				"org.springframework.web.service.annotation.HttpExchange",
				"org.springframework.messaging.handler.annotation.MessageMapping",
				"org.springframework.messaging.simp.annotation.SubscribeMapping",
				"org.springframework.messaging.rsocket.annotation.ConnectMapping",
				"org.springframework.graphql.data.method.annotation.SchemaMapping",
				"org.springframework.graphql.data.method.annotation.BatchMapping",
				"org.springframework.grpc.server.service.GrpcService", "jakarta.ws.rs.Path", "jakarta.jws.WebService",
				"jakarta.websocket.server.ServerEndpoint", "jakarta.websocket.ClientEndpoint",
				"jakarta.servlet.annotation.WebServlet", "jakarta.servlet.annotation.WebFilter",
				"jakarta.servlet.annotation.WebListener");
		put(MANAGED, "org.springframework.jmx.export.annotation.ManagedResource",
				"org.springframework.jmx.export.annotation.ManagedOperation",
				"org.springframework.jmx.export.annotation.ManagedAttribute",
				"org.springframework.jmx.export.annotation.ManagedMetric",
				"org.springframework.boot.actuate.endpoint.annotation.Endpoint",
				"org.springframework.boot.actuate.endpoint.annotation.ReadOperation",
				"org.springframework.boot.actuate.endpoint.annotation.WriteOperation",
				"org.springframework.boot.actuate.endpoint.annotation.DeleteOperation");
		put("Declare beans in a class that is not a server", "org.springframework.context.annotation.Configuration",
				"org.springframework.context.annotation.Bean", "org.aspectj.lang.annotation.Aspect");
		for (String each : List.of("org.springframework.context.ApplicationListener",
				"org.springframework.boot.CommandLineRunner", "org.springframework.boot.ApplicationRunner",
				"jakarta.servlet.Servlet", "jakarta.servlet.Filter", "jakarta.jms.MessageListener")) {
			INTERFACES.put(each, LISTENER);
		}
		for (String each : List.of("org.springframework.context.Lifecycle",
				"org.springframework.beans.factory.SmartInitializingSingleton")) {
			INTERFACES.put(each, "Use @PostConstruct and @PreDestroy, which run in the server's own turn");
		}
		for (String each : List.of("org.springframework.beans.factory.FactoryBean",
				"org.springframework.beans.factory.config.BeanPostProcessor",
				"org.springframework.beans.factory.config.BeanFactoryPostProcessor",
				"org.springframework.beans.factory.BeanRegistrar")) {
			INTERFACES.put(each, "Let a class that is not a server implement it");
		}
	}

	private ContainerAnnotations() {
	}

	private static void put(String instead, String... annotations) {
		for (String each : annotations) {
			ANNOTATIONS.put(each, instead);
		}
	}

	/**
	 * Check the class of a server.
	 * @param name the server's name
	 * @param type its class
	 * @param keyed whether there is one instance per key
	 * @return the methods that listen to application events
	 * @throws InvalidServerException naming the method and what to use instead
	 * @throws InvalidOperationException if a method cannot listen
	 */
	static List<Method> check(String name, Class<?> type, boolean keyed) {
		checkInterfaces(name, type, type);
		refuse(name, "Class " + type.getName(), MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY));
		List<Method> listening = new ArrayList<>();
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
			if (method.getDeclaringClass() != Object.class && !method.isSynthetic()) {
				MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
				refuse(name, "Method " + InvalidOperationException.describe(method), annotations);
				MergedAnnotation<EventListener> listener = annotations.get(EventListener.class);
				MergedAnnotation<Keyed.By> key = annotations.get(Keyed.By.class);
				if (listener.isPresent()) {
					checkListener(name, type, keyed, method, listener, key);
					listening.add(method);
				}
				else if (key.isPresent()) {
					throw new InvalidOperationException(method,
							"is annotated @Keyed.By, which says which instances an event is for, but listens to none",
							"Annotate it @EventListener, too, or remove the annotation");
				}
			}
		}
		return listening;
	}

	private static void checkListener(String name, Class<?> type, boolean keyed, Method method,
			MergedAnnotation<EventListener> listener, MergedAnnotation<Keyed.By> key) {
		String what = "is annotated @" + shown(listener).getSimpleName();
		if (keyed && !key.isPresent()) {
			throw new InvalidOperationException(method,
					what + ", but the server '" + name + "' is keyed: nothing says which instances an event is for",
					"Annotate it @Keyed.By(\"#event.key()\"), with an expression that gives the key, or let another bean"
							+ " listen, and cast to registry.ref(" + type.getSimpleName() + ".class, key)");
		}
		if (!keyed && key.isPresent()) {
			throw new InvalidOperationException(method,
					"is annotated @Keyed.By, but the server '" + name + "' is not keyed: it has one instance",
					"Remove the annotation, or make the server keyed: @GenServer(keyed = true)");
		}
		if (listener.getSource() instanceof Method source && source.getDeclaringClass().isInterface()) {
			throw new InvalidOperationException(source,
					what + " in an interface, whose proxy the container would call as well, besides the server '" + name
							+ "'",
					"Annotate the method of the class");
		}
		if (method.getParameterCount() > 1) {
			throw new InvalidOperationException(method, what + " but has " + method.getParameterCount() + " parameters",
					"Let it take the event as its only parameter");
		}
		if (method.getParameterCount() == 0 && listener.getClassArray("classes").length == 0) {
			throw new InvalidOperationException(method, what + " but says nowhere to which events it listens",
					"Let it take the event as its parameter, or name classes in the annotation");
		}
		new HandlerMethod(method);
		if (key.isPresent()) {
			KeyExpressions.check(method, key.getString(MergedAnnotation.VALUE));
		}
	}

	private static void refuse(String name, String what, MergedAnnotations annotations) {
		for (MergedAnnotation<Annotation> annotation : annotations) {
			String instead = ANNOTATIONS.get(annotation.getType().getName());
			if (instead != null) {
				throw new InvalidServerException(what + " is annotated @" + shown(annotation).getSimpleName()
						+ ", and belongs to the server '" + name
						+ "': a container would call its instance past the mailbox, at the same time as the server.",
						instead + ".");
			}
		}
	}

	/** The annotation that is written in the source. */
	private static Class<?> shown(MergedAnnotation<?> annotation) {
		return annotation.getRoot().getType();
	}

	private static void checkInterfaces(String name, Class<?> type, @Nullable Class<?> from) {
		if (from == null) {
			return;
		}
		String instead = INTERFACES.get(from.getName());
		if (instead != null) {
			throw new InvalidServerException("Class " + type.getName() + " implements " + from.getSimpleName()
					+ ", and belongs to the server '" + name
					+ "': a container would call its instance past the mailbox, at the same time as the server.",
					instead + ".");
		}
		for (Class<?> each : from.getInterfaces()) {
			checkInterfaces(name, type, each);
		}
		checkInterfaces(name, type, from.getSuperclass());
	}

}
