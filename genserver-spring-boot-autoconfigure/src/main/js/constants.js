/** Numbers of the protocol and of this client. Nothing but literals: so the bundler can write them where they are used. */

/** Kinds of frames. */
export const OPEN = 0, DATA = 1, END = 2, CANCEL = 3, PONG = 4, PING = 5, WINDOW = 6, GOAWAY = 7, SETTINGS = 8, ERROR = 9;

/** Flags of ext mode, in the byte of the kind. */
export const FIN = 0x80, MORE = 0x40, COMPRESSED = 0x20, IGNORABLE = 0x10;

/** Types of messages. */
export const CALL = 0, RESPONSE = 1, EVENT = 2;

/** Bytes before the payload of a frame; of a message before its metadata; limits. */
export const FRAME_HEADER = 13, RPC_HEADER = 15, MAX_FRAME = 65536, MAX_MESSAGE = 4194304, MAX_CALLS = 1024;

/** How much goes into one WebSocket message. */
export const BATCH_BYTES = 16384, BATCH_FRAMES = 256;

/** Types of metadata, and the content types in it. */
export const T_DEADLINE = 1, T_TRACEPARENT = 2, T_CONTENT_TYPE = 4, T_WINDOW = 6, T_ITEMS = 7, T_NAME = 8, T_KEY = 9,
  T_HEADER = 16;
export const RAW_TYPE = 0, JSON_TYPE = 1;

/** Settings. */
export const S_FRAME = 1, S_MESSAGE = 2, S_STREAMS = 3, S_WINDOW = 4, S_CONNECTION = 5, S_METADATA = 6;

/** Statuses: from 0x10 on, the numbers of gRPC. */
export const FAIL = 1, SYSTEM = 2, METHOD_NOT_FOUND = 3, CANCELLED = 0x11, INVALID_ARGUMENT = 0x13,
  DEADLINE_EXCEEDED = 0x14, NOT_FOUND = 0x15, RESOURCE_EXHAUSTED = 0x18, UNIMPLEMENTED = 0x1c, INTERNAL = 0x1d,
  UNAVAILABLE = 0x1e;

/** What breaks the protocol, as a GOAWAY says it. */
export const PROTOCOL_VIOLATION = 1, CREDIT_VIOLATION = 3;

/** Close codes. */
export const DONE = 1000, MALFORMED = 1002, TEXT = 1003, ABNORMAL = 1006, UNAUTHENTICATED = 4001, EXT_VIOLATION = 4002,
  RATE = 4029;

/** The largest number of 31 bits: of an id, and the longest delay that timers count. */
export const MAX_INT = 0x7fffffff;

/** How many frames of unknown kinds a peer may send in base mode. */
export const MAX_SKIPPED = 16;

/** Reasons and messages of errors are cut to so many bytes; longer details are left out. All fit a frame. */
export const MAX_TEXT = 8192, MAX_DETAILS = 32768;

/** Bytes that the entries of a deadline and of a method's name have beside the name itself. */
export const ENTRIES = 10;

/** Items of a stream that may be on their way or wait here. */
export const DEFAULT_PREFETCH = 256;

/** Bytes in the socket beyond which nothing is added to what can wait, and milliseconds between looks at it then. */
export const BUFFERED = 1048576, LOOK = 20;

/** How many items of an exchange may wait to be sent. */
export const MAX_WAITING = 15;

/** After so many streams the peer is asked whether it has taken them. */
export const ASKED = 1024;

/** Milliseconds after which a connection was a good one. */
export const LONG = 10000;

/** How endpoints end what they say of an unknown method. */
export const NOT_EXPOSED = ' does not exist here or is not exposed';

/** Subprotocols. */
export const EXT = 'genserver.v1', BASE = 'muxio';
