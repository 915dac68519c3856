package io.genserver.actuate;

import java.security.Principal;
import java.time.Instant;
import java.util.List;

import io.genserver.remote.RpcPeer;
import io.genserver.rpc.server.RpcConnection;
import io.genserver.rpc.server.RpcConnections;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Shows the connections of the RPC endpoint, and closes one where
 * {@code management.endpoint.genserverconnections.access} is {@code unrestricted}, which
 * it is not by default.
 */
@Endpoint(id = "genserverconnections", defaultAccess = Access.READ_ONLY)
public class RpcConnectionsEndpoint {

	private static final int DEFAULT_LIMIT = 100;

	private static final int MAX_LIMIT = 1000;

	/** Clients do not connect again on it. */
	private static final int CLOSED_BY_OPERATOR = 1008;

	private final RpcConnections connections;

	/**
	 * Create an endpoint.
	 * @param connections the connections
	 */
	public RpcConnectionsEndpoint(RpcConnections connections) {
		this.connections = connections;
	}

	/**
	 * Describe the connections, oldest first.
	 * @param limit how many to list at most, 0 to 1000; 100 if not given
	 * @return their number, and a list
	 * @throws InvalidEndpointRequestException if the limit is out of range
	 */
	@ReadOperation
	public Connections connections(@Nullable Integer limit) {
		int listed = (limit != null) ? limit : DEFAULT_LIMIT;
		if (listed < 0 || listed > MAX_LIMIT) {
			throw new InvalidEndpointRequestException("limit was " + listed,
					"Parameter limit must be between 0 and " + MAX_LIMIT + ", not " + listed);
		}
		return new Connections(this.connections.size(),
				this.connections.list().stream().limit(listed).map(Connection::of).toList());
	}

	/**
	 * Describe one connection.
	 * @param id its id
	 * @return the connection, or {@code null} if it is over
	 */
	@ReadOperation
	public @Nullable Connection connection(@Selector String id) {
		return this.connections.list()
			.stream()
			.filter((each) -> each.peer().connection().equals(id))
			.findFirst()
			.map(Connection::of)
			.orElse(null);
	}

	/**
	 * Close a connection.
	 * @param id its id
	 * @param code the close code, 1008 if not given, on which clients do not connect
	 * again
	 * @return no content; 404 if there is no such connection
	 * @throws InvalidEndpointRequestException if a connection cannot be closed so
	 */
	@DeleteOperation
	public WebEndpointResponse<Void> close(@Selector String id, @Nullable Integer code) {
		RpcPeer peer = this.connections.find(id);
		if (peer == null) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		try {
			peer.close((code != null) ? code : CLOSED_BY_OPERATOR, "closed by an operator");
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidEndpointRequestException("code was " + code, String.valueOf(ex.getMessage()));
		}
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
	}

	/**
	 * Connections.
	 *
	 * @param count how many there are
	 * @param connections those listed
	 */
	public record Connections(int count, List<Connection> connections) {
	}

	/**
	 * A connection.
	 *
	 * @param id its id
	 * @param address the client's address
	 * @param principal who the client is, {@code null} if it did not say
	 * @param protocol what is spoken
	 * @param state how it is
	 * @param since when it was made
	 * @param callsInFlight calls of the client that hold a place, as of the last second
	 * @param bytesReceived bytes received
	 * @param bytesSent bytes sent
	 * @param bytesUnhandled bytes received that wait to be handled
	 * @param bytesUnsent bytes that wait to be sent
	 */
	public record Connection(String id, String address, @Nullable String principal, String protocol,
			RpcPeer.State state, Instant since, int callsInFlight, long bytesReceived, long bytesSent,
			long bytesUnhandled, long bytesUnsent) {

		static Connection of(RpcConnection known) {
			Principal principal = known.peer().principal();
			return new Connection(known.peer().connection(), known.peer().address(),
					(principal != null) ? principal.getName() : null, known.mode().subprotocol(), known.state(),
					known.since(), known.callsInFlight(), known.bytesReceived(), known.bytesSent(),
					known.bytesUnhandled(), known.bytesUnsent());
		}

	}

}
