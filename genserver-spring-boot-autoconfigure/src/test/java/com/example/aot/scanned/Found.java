package com.example.aot.scanned;

/**
 * What a server that is found by scanning can do.
 */
public interface Found {

	String where();

}
