import { INSTAGRAM_OAUTH_DERIVATION } from '@keyturn/token-crypto'
import { runPython } from '@keyturn/testing/python'
import t from 'tap'
import { createFernetFormat, reencryptColumn } from '../../src/index.ts'
import { MADE_AT, openDatabase } from '../support/accounts.ts'
import { namedSecret, secretText } from '../support/secrets.ts'

const ROWS = 200_000
const KEY_PYTHON = `
import base64, sys
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
def fernet(secret):
    kdf = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=b'instagram-oauth-encryption-v1', iterations=100000)
    return Fernet(base64.urlsafe_b64encode(kdf.derive(secret.encode())))
`
const WRITE = `${KEY_PYTHON}
f = fernet(sys.argv[1])
for i in range(1, int(sys.argv[2]) + 1):
    print(f.encrypt_at_time(b'token %d' % i, int(sys.argv[3]) + i).decode())
`
const READ = `${KEY_PYTHON}
f = fernet(sys.argv[1])
good = 0
for i, line in enumerate(sys.stdin, 1):
    token = line.strip().encode()
    assert f.decrypt(token) == b'token %d' % i, i
    assert f.extract_timestamp(token) == int(sys.argv[2]) + i, i
    good += 1
print(good)
`

t.test('200 000 tokens that Python wrote open in Python under the new secret, timestamps kept', async (t) => {
  const { url, sql } = await openDatabase(t)
  const seconds = String(MADE_AT / 1000)
  const tokens = (await runPython(WRITE, { args: [secretText('old'), String(ROWS), seconds], timeoutMs: 120_000 })).split('\n')
  t.equal(tokens.length, ROWS)
  await sql`create table accounts (id integer primary key, access_token_encrypted text)`
  for (let at = 0; at < ROWS; at += 20_000) {
    const rows = tokens.slice(at, at + 20_000).map((token, i) => ({ id: at + i + 1, access_token_encrypted: token.trim() }))
    await sql`insert into accounts ${sql(rows)}`
  }
  const to = await createFernetFormat({ secrets: [namedSecret('new'), namedSecret('old')], derivation: INSTAGRAM_OAUTH_DERIVATION })
  const report = await reencryptColumn({ url, table: 'accounts', column: 'access_token_encrypted', from: to, to })
  t.match(report, { state: 'done', total: ROWS, outcomes: { changed: ROWS } })
  t.comment(`${Math.round(report.itemsPerSecond)} rows a second`)
  const rows = await sql`select access_token_encrypted as token from accounts order by id`
  const input = rows.map((row) => row['token'] as string).join('\n')
  t.equal(await runPython(READ, { args: [secretText('new'), seconds], input, timeoutMs: 120_000 }), String(ROWS))
})
