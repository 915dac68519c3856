package io.genserver.protocol;

/** The fixed part of an RPC header: type, request id, method id, metadata length. */
public final class RpcHeader {

	public static final int BYTES = 15;

	public static final int REQUEST_ID = 1;

	public static final int METHOD_ID = 5;

	public static final int METADATA_LENGTH = 13;

	private RpcHeader() {
	}

}
