import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hex, internals, muxio } from './client.mjs';

const { methodOf, xxh3 } = internals;

test('method ids are those of the Rust implementation', () => {
  assert.ok(muxio.method_ids.length > 50);
  for (const { name, method_id, method_id_wire_le } of muxio.method_ids) {
    assert.equal(xxh3(new TextEncoder().encode(name)).toString(16).padStart(16, '0'), method_id, name);
    assert.equal(hex(methodOf(name).id), method_id_wire_le, name);
  }
});

test('bytes of every length up to a few stripes hash as in Java', (t) => {
  const golden = process.env.GENSERVER_XXH3;
  if (!golden) {
    t.skip('needs golden values from Java');
    return;
  }
  golden.split(',').forEach((value, length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 31 + 7);
    assert.equal(xxh3(bytes).toString(16).padStart(16, '0'), value, `length ${length}`);
  });
});
