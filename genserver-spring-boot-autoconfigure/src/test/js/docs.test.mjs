// Runs the examples of docs/browser-client.md against a real endpoint.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { client as module } from './client.mjs';

const url = process.env.GENSERVER_URL;
const page = readFileSync(new URL('../../../../docs/browser-client.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);

test('there are examples', () => assert.equal(blocks.length, 5));

for (const [i, block] of blocks.entries()) {
  test(`example ${i + 1} runs as it stands`, { skip: !url && 'needs GENSERVER_URL' }, async () => {
    const client = module.connect(url);
    const code = block.replace(/^import .*$/m, '');
    const AsyncFunction = (async () => {}).constructor;
    try {
      await new AsyncFunction('client', 'assert', ...Object.keys(module), code)(client, assert, ...Object.values(module));
    }
    finally {
      client.close();
    }
  });
}
