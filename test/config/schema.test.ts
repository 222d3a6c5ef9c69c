import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { jsonSchema } from '../../src/config/schema.js';

test('shares.schema.json is the schema in force: `npm run schema` writes it anew', () => {
  assert.equal(readFileSync(resolve('shares.schema.json'), 'utf8'), jsonSchema());
});

test('the JSON Schema is one that editors know, and refuses unknown keys', () => {
  const schema: unknown = JSON.parse(jsonSchema());
  assert.ok(typeof schema === 'object' && schema !== null);
  const { $schema, title, type, required, additionalProperties } = { ...emptySchema, ...schema };
  assert.deepEqual(
    { $schema, title, type, required, additionalProperties },
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'davgate shares',
      type: 'object',
      required: ['django', 'shares'],
      additionalProperties: false,
    },
  );
});

const emptySchema = {
  $schema: undefined,
  title: undefined,
  type: undefined,
  required: undefined,
  additionalProperties: undefined,
};
