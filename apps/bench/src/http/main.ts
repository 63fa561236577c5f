import { type BenchOptions, parseBenchOptions, usage } from './plan/bench-options.ts'
import { formatJson } from './report/json-report.ts'
import { formatText } from './report/text-report.ts'
import { runBench } from './run/bench.ts'

// Progress goes to standard error: standard output holds the result alone.
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions
  try {
    options = parseBenchOptions(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  try {
    const results = await runBench(options, (line) => console.error(line))
    console.log(options.output === 'json' ? formatJson(results, options) : formatText(results))
    return 0
  } catch (error) {
    console.error(error)
    return 1
  }
}
