package com.example.rooms;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.genserver.Caller;
import io.genserver.remote.RpcAuthorization;

import org.springframework.security.core.Authentication;

/**
 * Only hosts may kick. Asked before a message is sent to the room.
 */
class HostRules implements RpcAuthorization {

	@Override
	public CompletionStage<Boolean> authorize(Caller.Remote caller, Target target) {
		return CompletableFuture.completedFuture(!target.operation().equals("kick") || isHost(caller));
	}

	private static boolean isHost(Caller.Remote caller) {
		return caller.principal() instanceof Authentication user
				&& user.getAuthorities().stream().anyMatch((each) -> "ROLE_HOST".equals(each.getAuthority()));
	}

}
