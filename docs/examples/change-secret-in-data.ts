import { createFernetFormat, reencryptColumn } from '@keyturn/migration'
import { INSTAGRAM_OAUTH_DERIVATION, Secret } from '@keyturn/token-crypto'

const { DATABASE_URL: url = '', NEW_SECRET = '', OLD_SECRET = '' } = process.env
const format = await createFernetFormat({
  // The first writes, all of them open.
  secrets: [Secret.fromText(NEW_SECRET), Secret.fromText(OLD_SECRET)],
  derivation: INSTAGRAM_OAUTH_DERIVATION,
})
const column = { url, table: 'accounts', column: 'access_token_encrypted', from: format, to: format }

if (process.argv[2] !== 'run') {
  const { outcomes, left, sql } = await reencryptColumn({ ...column, dryRun: true })
  console.log(JSON.stringify({ outcomes, left, sql }))
} else {
  const report = await reencryptColumn({
    ...column,
    verify: true,
    onProgress: ({ done, total, itemsPerSecond }) => console.error(`${done} of ${total}, ${Math.round(itemsPerSecond)} a second`),
  })
  const { outcomes, nothingToDo, remaining } = report
  console.log(JSON.stringify({ outcomes, nothingToDo, remaining }))
}
