package io.genserver.runtime.mailbox;

/**
 * A message without a server, for tests of what carries messages.
 */
final class TestEntry extends MailboxEntry {

	private static final Object GIVEN_UP = new Object();

	final int number;

	/** For whoever sends it. */
	final int sender;

	private final boolean displaceable;

	TestEntry(int number) {
		this(0, number);
	}

	TestEntry(int sender, int number) {
		this(sender, number, false);
	}

	private TestEntry(int sender, int number, boolean displaceable) {
		super(QUEUED);
		this.sender = sender;
		this.number = number;
		this.displaceable = displaceable;
	}

	/** One whose place a later one may take. */
	static TestEntry displaceable(int number) {
		return new TestEntry(0, number, true);
	}

	/** Free its place, unless it was started or given up before. */
	boolean giveUp(Mailbox<TestEntry> mailbox) {
		if (move(QUEUED, GIVEN_UP)) {
			mailbox.free();
			return true;
		}
		return false;
	}

	boolean start() {
		return move(QUEUED, RUNNING);
	}

	@Override
	protected boolean isDisplaceable() {
		return this.displaceable;
	}

	@Override
	protected boolean displace() {
		return this.displaceable && move(QUEUED, GIVEN_UP);
	}

	@Override
	public String toString() {
		return this.sender + "/" + this.number;
	}

}
