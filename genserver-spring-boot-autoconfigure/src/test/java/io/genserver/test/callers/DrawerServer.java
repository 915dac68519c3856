package io.genserver.test.callers;

import io.genserver.Caller;
import io.genserver.GenServer;
import io.genserver.GenServerContext;

interface Drawer {

	String open();

}

@GenServer(name = "drawer", keyed = true)
class DrawerServer implements Drawer {

	@Override
	public String open() {
		GenServerContext context = GenServerContext.current();
		return context.key() + " " + ((Caller.Remote) context.caller()).connection();
	}

}
