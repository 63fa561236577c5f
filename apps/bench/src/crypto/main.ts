import { comparisons } from './comparisons.ts'
import { type CryptoOptions, parseCryptoOptions, usage } from './crypto-options.ts'
import { measure, type Measured } from './measure.ts'
import { formatJson, formatText } from './report.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let options: CryptoOptions
  try {
    options = parseCryptoOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  const measured: Measured[] = []
  for (const comparison of comparisons) {
    if (!comparison.name.toLowerCase().includes(options.only.toLowerCase())) continue
    // Progress goes to standard error: standard output holds the result alone.
    console.error(comparison.name)
    measured.push(await measure(comparison, options))
  }
  console.log(options.output === 'json' ? formatJson(measured) : formatText(measured))
  return 0
}
