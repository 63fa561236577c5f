import { createKeyId, createSecretVersion, type SecretVersionOptions } from '@keyturn/token-crypto'
import { test } from 'tap'
import { CREATED_AT, namedSecret } from '../fixtures/keyrings.ts'

test('carries the key id of its secret and is frozen', (t) => {
  const secret = namedSecret('a')
  const made = createSecretVersion({ secret, state: 'primary', createdAt: CREATED_AT })
  t.same(Object.keys(made), ['id', 'secret', 'state', 'createdAt'])
  t.equal(made.id, createKeyId(secret))
  t.ok(Object.isFrozen(made))
  t.end()
})

test('a retiring version may have an end', (t) => {
  const made = createSecretVersion({
    secret: namedSecret('a'),
    state: 'retiring',
    createdAt: CREATED_AT,
    retireAt: CREATED_AT + 1,
  })
  t.equal(made.retireAt, CREATED_AT + 1)
  t.end()
})

test('everything that is wrong is told at once', (t) => {
  const wrong = { secret: 'raw-text', state: 'active', createdAt: Number.NaN, retireAt: Infinity }
  const error = t.throws(() => createSecretVersion(wrong as unknown as SecretVersionOptions), TypeError) as Error
  t.match(error.message, /secret is not a Secret.*state is not.*createdAt is not.*retireAt is not.*retireAt is only/)
  t.notMatch(error.message, 'raw-text')
  t.end()
})

test('only a retiring version has an end', (t) => {
  for (const state of ['primary', 'pending'] as const) {
    const written = { secret: namedSecret('a'), state, createdAt: CREATED_AT, retireAt: CREATED_AT + 1 }
    t.throws(() => createSecretVersion(written), /retireAt is only for the state 'retiring'/, state)
  }
  t.end()
})
