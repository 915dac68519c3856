package io.genserver.protocol;

/** The fixed part of an RPC header: type, request id, method id, metadata length. */
final class RpcHeader {

	static final int BYTES = 15;

	static final int REQUEST_ID = 1;

	static final int METHOD_ID = 5;

	static final int METADATA_LENGTH = 13;

	private RpcHeader() {
	}

}
