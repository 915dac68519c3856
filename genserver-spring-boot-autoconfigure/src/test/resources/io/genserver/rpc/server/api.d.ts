// What this application exposes: connect().proxy<Api>()

export interface Api {
  counter: CounterServer;
  'order-book'(key: string): OrderBookServer;
}

export interface CounterServer {
  Increment(on: Increment): Promise<Long>;
}

export interface OrderBookServer {
  cancel(ids: string[]): Promise<void>;
  draw(picture: Uint8Array): Promise<Uint8Array>;
  find(in_: string, filter: string | null): Promise<Order | null>;
  later(side: Side): Promise<PageOfOrder>;
  // load takes a stream: call it by name, with upload() or channel().
  note(text: string, seal: string): Promise<void>;
  odd(bits: BitSet): Promise<unknown>;
  shapes(shapes: { [key: string]: (Shape | null)[] }): Promise<Shape>;
  watch(): AsyncIterable<Order>;
}

export interface BitSet {
}

export interface Circle {
  '@type': 'Circle';
  radius: number;
}

export interface Increment {
  by: Long;
}

export interface Order {
  id: string;
  side: Side;
  price: number;
  placed: string;
  note: string | null;
  parent: Order | null;
  lots: Long[];
  open: boolean;
}

export interface PageOfOrder {
  items: Order[];
  next: string | null;
}

export type Shape = Circle | Square;

export type Side = 'BUY' | 'SELL';

export interface Square {
  '@type': 'Square';
  width: number | null;
}

/** An integer of 64 bits or more. Beyond 2^53 it is rounded, unless connect(url, { longs }) makes it a bigint or a string. */
export type Long = number;
