package io.genserver.test.background;

import io.genserver.background.ItemConsumer;
import io.genserver.background.ItemsOf;

import org.springframework.stereotype.Component;

@Component
@ItemsOf("feed")
class FeedConsumer implements ItemConsumer<Integer> {

	private final Sum sum;

	FeedConsumer(Sum sum) {
		this.sum = sum;
	}

	@Override
	public boolean accept(Integer number) {
		this.sum.add(number);
		return true;
	}

}
