// Re-encrypts the table `many` in a process of its own, and prints what that took.
import { createFernetFormat, reencryptColumn } from '@keyturn/migration'
import { Secret } from '@keyturn/token-crypto'

const { DATABASE_URL: url = '', OLD_KEY = '', NEW_KEY = '', ROWS = '' } = process.env
const MIB = 1024 * 1024
const format = await createFernetFormat({ secrets: [Secret.fromText(NEW_KEY), Secret.fromText(OLD_KEY)] })
let heap = 0

function look(): void {
  globalThis.gc?.()
  heap = Math.max(heap, process.memoryUsage().heapUsed)
}

const report = await reencryptColumn({ url, table: 'many', column: 'access_token_encrypted', from: format, to: format, onProgress: look })
if (report.outcomes.changed !== Number(ROWS)) throw new Error(`${report.outcomes.changed} of ${ROWS} rows were changed`)
const peakMiB = process.resourceUsage().maxRSS / 1024
console.log(`measured ${JSON.stringify({ rows: report.total, peakMiB, heapMiB: heap / MIB, rowsPerSecond: report.itemsPerSecond })}`)
