import {
  KeyIdCollisionError,
  KeyturnError,
  NoPrimaryKeyError,
  OpenError,
  SeveralPrimaryKeysError,
  UnknownKeyError,
} from '@keyturn/token-crypto'
import { test } from 'tap'

const errors: [KeyturnError, string, string][] = [
  [new OpenError(), 'OpenError', 'KEYTURN_CANNOT_OPEN'],
  [new UnknownKeyError('0011223344556677'), 'UnknownKeyError', 'KEYTURN_UNKNOWN_KEY'],
  [new NoPrimaryKeyError('versions'), 'NoPrimaryKeyError', 'KEYTURN_NO_PRIMARY_KEY'],
  [new SeveralPrimaryKeysError('versions'), 'SeveralPrimaryKeysError', 'KEYTURN_SEVERAL_PRIMARY_KEYS'],
  [new KeyIdCollisionError('0011223344556677'), 'KeyIdCollisionError', 'KEYTURN_KEY_ID_COLLISION'],
]

for (const [error, name, code] of errors) {
  test(`${name} is a KeyturnError with the code ${code}`, (t) => {
    t.ok(error instanceof KeyturnError)
    t.ok(error instanceof Error)
    t.match(error, { name, code, cause: undefined })
    t.match(error.stack, new RegExp(`^${name}: `))
    t.ok(error.message.length > 40, 'says what to do')
    t.end()
  })
}

test('a cause can be given to errors of other packages', (t) => {
  class OwnError extends KeyturnError {
    readonly code = 'KEYTURN_OWN'
  }
  const cause = new Error('why')
  t.match(new OwnError('what', { cause }), { name: 'OwnError', message: 'what', cause })
  t.end()
})
