/** Where the endpoint is. */

import { shown } from './values.js';

/** The path at which an endpoint serves this module, below whatever prefix. */
const SERVED = /^http.*\/genserver\/genserver-client\.js\b/;

/** The address to connect to. Without one it is that of the endpoint this module came from, or of the page's origin. */
export function addressOf(url, module, page) {
  const served = url === undefined && SERVED.test(module);
  let address;
  try {
    address = new URL(url ?? (served ? '../ws' : '/ws'), served ? module : page);
    address.protocol = address.protocol.replace('http', 'ws');
    address.hash = '';
  }
  catch {
    // It stays undefined.
  }
  if (!/^wss?:/.test(address?.href)) {
    throw new TypeError(`no address: ${shown(url)}, use ws://host/ws`);
  }
  return address.href;
}
