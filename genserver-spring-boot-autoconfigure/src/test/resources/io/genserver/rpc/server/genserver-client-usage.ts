import {
  CallTimeoutError, ClosedError, connect, GenServerError, RefusedError, RemoteError, type Channel, type GenServerClient, type ItemStream,
  type Mode, type ServeContext, type State, type StateDetail
} from './genserver-client.js';

interface Api {
  kv: { get(key: string): Promise<string | null>; watch(): AsyncIterable<string> };
  room(key: string): { enter(name: string): Promise<void> };
}

export async function use(): Promise<void> {
  const client: GenServerClient = connect('ws://localhost:8080/ws', {
    WebSocket: class {}, mode: 'auto', timeout: 5000, connectTimeout: 10000, maxQueued: 1024,
    keepAlive: { interval: 25000, timeout: 10000 }, backoff: { initial: 200, max: 20000 }, longs: 'bigint',
    token: async ({ fresh }) => fresh ? 'new' : undefined
  });
  connect();
  connect(new URL('ws://localhost:8080/ws'), { token: () => 'token' });
  const state: State = (await client.ready()).state;
  const mode: Mode | undefined = client.mode;
  const off: () => void = client.on('state', (now: State, { attempt, delay, code, reason, error }: StateDetail) =>
    console.log(now, attempt, delay, code, reason, error));
  client.on('error', (error) => console.log(error));
  const abort = new AbortController();
  const text = await client.call<string>('kv.get', ['key'], {
    timeout: Infinity, signal: abort.signal, key: 'lobby', as: 'text', idempotent: true, headers: { tenant: 'acme' },
    traceParent: '00-00000000000000000000000000000000-0000000000000000-00'
  });
  client.cast('kv.set', { key: 'color', value: 'green' });
  const items: ItemStream<number> = client.stream<number>('numbers.count', [5], { prefetch: 4, resume: (last) => [last + 1] });
  for await (const item of items) {
    console.log(item.toFixed());
  }
  items.cancel();
  const sum: number = await client.upload<number>('numbers.sum', [], (async function* () { yield 1; })());
  const channel: Channel<string, number> = client.channel<string, number>('numbers.lengths');
  const sent: boolean = await channel.send('text');
  await channel.end();
  const api = client.proxy<Api>({ timeout: 1000 });
  const value: string | null = await api.kv.get('key');
  await api.room('lobby').enter('me');
  client.serve('page', { notify: (shown: string, { signal, key, deadline, client }: ServeContext) => [shown, signal, key, deadline, client] });
  client.serve('page.ping', () => 'here');
  const errors = [CallTimeoutError, ClosedError, RefusedError, RemoteError].map((Type) => new Type() instanceof GenServerError);
  const describe = ({ status, code, executed, retryable, retryAfter, reason, details }: GenServerError) =>
    [status.toFixed(), code, executed === 'maybe', retryable, retryAfter, reason, details];
  console.log(state, mode, off, text, sum, sent, value, errors, describe);

  // @ts-expect-error an option that there is not
  connect('/ws', { timout: 5 });
  // @ts-expect-error a value that there is not
  connect('/ws', { longs: 'long' });
  // @ts-expect-error a key is text
  client.call('room.who', [], { key: 5 });
  // @ts-expect-error a call goes on nowhere
  client.call('kv.get', [], { resume: () => [] });
  // @ts-expect-error arguments are a list, or an object
  client.call('kv.get', 'key');
  // @ts-expect-error items belong to a channel
  items.send(1);
  // @ts-expect-error there are two events
  client.on('open', () => {});
  client.close();
}
