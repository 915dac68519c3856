package com.example.aot.scanned;

import io.genserver.GenServer;

/** Is not visible outside of its package. */
@GenServer
class FoundServer implements Found {

	@Override
	public String where() {
		return Thread.currentThread().getName();
	}

}
