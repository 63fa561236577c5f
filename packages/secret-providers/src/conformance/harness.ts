import type { SecretProvider } from '../provider.ts'

export interface ConformanceOptions {
  /** Registers one test: `test` of tap, of node:test, or any function of that form. */
  readonly test: (name: string, body: (context?: unknown) => Promise<void>) => unknown
  /** A provider on a fresh source at each call: empty if `supports.create`, else with one primary. The suite closes it. */
  readonly createProvider: () => SecretProvider | Promise<SecretProvider>
  /**
   * Another provider on the same source, as another process would have.
   * Absent where no other process can see the source, as with memory.
   */
  readonly connect?: (provider: SecretProvider) => SecretProvider | Promise<SecretProvider>
  /** Makes the source fail until the function that it returns is called. Absent where a source cannot fail. */
  readonly breakSource?: (provider: SecretProvider) => Promise<() => unknown> | (() => unknown)
}

/** What one check works with. */
export interface CheckTools {
  readonly provider: SecretProvider
  /** Another provider on the same source; the same one where no other process can see it. */
  connect(): Promise<SecretProvider>
  /** `undefined` where a source cannot fail. */
  readonly breakSource: (() => Promise<() => unknown>) | undefined
}

/** Registers one check of a topic, against a source of its own. */
export type Check = (behaviour: string, body: (tools: CheckTools) => Promise<void>) => void

export type Topic = (check: Check) => void

export function createCheck(options: ConformanceOptions, topic: string): Check {
  // Not called as a method: runners take `this` for their own.
  const { test } = options
  return (behaviour, body) => {
    test(`${topic}: ${behaviour}`, async (context) => {
      await runCheck(options, body)
      reportPass(context)
    })
  }
}

async function runCheck(options: ConformanceOptions, body: (tools: CheckTools) => Promise<void>): Promise<void> {
  const provider = await options.createProvider()
  const { connect, breakSource } = options
  const opened = [provider]
  try {
    await body({
      provider,
      async connect() {
        if (connect === undefined) return provider
        const other = await connect(provider)
        opened.push(other)
        return other
      },
      breakSource: breakSource === undefined ? undefined : async () => breakSource(provider),
    })
  } finally {
    await Promise.all(opened.map(async (each) => each.close?.()))
  }
}

/** Runners that count assertions, as tap does, would take a test without one of theirs for empty. */
function reportPass(context: unknown): void {
  const pass = (context as { pass?: unknown } | undefined)?.pass
  if (typeof pass === 'function') pass.call(context, 'as it should be')
}
