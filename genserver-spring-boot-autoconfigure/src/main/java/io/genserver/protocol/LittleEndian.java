package io.genserver.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads and writes numbers of an array in the byte order of the wire. */
public final class LittleEndian {

	private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

	private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private LittleEndian() {
	}

	public static int getUnsignedShort(byte[] bytes, int index) {
		return ((short) SHORT.get(bytes, index)) & 0xffff;
	}

	public static int getInt(byte[] bytes, int index) {
		return (int) INT.get(bytes, index);
	}

	public static long getLong(byte[] bytes, int index) {
		return (long) LONG.get(bytes, index);
	}

	public static void setShort(byte[] bytes, int index, int value) {
		SHORT.set(bytes, index, (short) value);
	}

	public static void setInt(byte[] bytes, int index, int value) {
		INT.set(bytes, index, value);
	}

	public static void setLong(byte[] bytes, int index, long value) {
		LONG.set(bytes, index, value);
	}

}
