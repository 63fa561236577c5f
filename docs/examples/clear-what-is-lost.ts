import { clearUnreadable, createFernetFormat } from '@keyturn/migration'
import { INSTAGRAM_OAUTH_DERIVATION, Secret } from '@keyturn/token-crypto'

const { DATABASE_URL: url = '', SESSION_SECRET = '' } = process.env
const from = await createFernetFormat({ secrets: [Secret.fromText(SESSION_SECRET)], derivation: INSTAGRAM_OAUTH_DERIVATION })
const column = { url, table: 'accounts', column: 'access_token_encrypted', from }

const [confirmed] = process.argv.slice(2)
if (confirmed === undefined) {
  const { found, unreadable } = await clearUnreadable(column)
  console.log(JSON.stringify({ unreadable, outcomes: found.outcomes, byKeyId: found.byKeyId }))
} else {
  const { outcomes, keptIn } = await clearUnreadable({
    ...column,
    confirm: Number(confirmed),
    alsoClear: ['token_expires_at'],
    exportTo: './cleared.jsonl',
  })
  console.log(JSON.stringify({ cleared: outcomes.changed, keptIn }))
}
