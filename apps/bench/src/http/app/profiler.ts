import { type Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'

const INTERVAL_MICROS = 200

let session: Session | undefined

/** From here on, not from the start of the process: loading and compiling would cover what is looked for. */
export async function startProfile(): Promise<void> {
  session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS })
  await session.post('Profiler.start')
}

/** @throws {TypeError} None was started. */
export async function stopProfile(): Promise<Profiler.Profile> {
  if (session === undefined) throw new TypeError('No profile was started')
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  session = undefined
  return profile
}
