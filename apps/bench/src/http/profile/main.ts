import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { measure } from '../load/measure.ts'
import { signIn } from '../load/sign-in.ts'
import { findServer, type ServerName } from '../plan/catalogue.ts'
import { findWorkload, type WorkloadName } from '../plan/workloads.ts'
import { formatTable } from '../report/table.ts'
import { divideCores } from '../run/cores.ts'
import { startDatabases } from '../run/databases.ts'
import { startServer } from '../run/server-process.ts'
import { selfTimeByPackage, selfTimes } from './self-time.ts'

const SESSIONS = 2000
const CONNECTIONS = 50
const SHOWN = 45

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'keyturn-redis' },
    workload: { type: 'string', default: 'r1' },
    seconds: { type: 'string', default: '10' },
    /** Where to write the profile itself, for a viewer. */
    out: { type: 'string' },
  },
})
await profileServer(findServer(values.server as ServerName), findWorkload(values.workload as WorkloadName))

async function profileServer(entry: ReturnType<typeof findServer>, workload: ReturnType<typeof findWorkload>): Promise<void> {
  const cores = divideCores()
  const databases = await startDatabases()
  const server = await startServer({ entry, cores, settings: await databases.settingsFor(entry, workload.sliding ? 'sliding' : 'plain') })
  try {
    const { method, path, sessionBytes } = workload
    const { url } = server
    const jars =
      sessionBytes === undefined ? undefined : await signIn({ url, count: SESSIONS, sessionBytes, connections: CONNECTIONS })
    const load = { server, method, path, jars, connections: CONNECTIONS, cores, warmUpMs: 3000, warmUpRequests: 0 }
    const plain = await measure({ ...load, measureMs: 5000 })
    await server.startProfile()
    await measure({ ...load, warmUpMs: 0, measureMs: Number(values.seconds) * 1000 })
    const profile = await server.stopProfile()
    if (values.out !== undefined) await writeFile(values.out, JSON.stringify(profile))

    const times = selfTimes(profile)
    const micros = (share: number): string => (share * plain.cpuMicros).toFixed(2)
    console.log(`${workload.title}, ${entry.title}: ${plain.cpuMicros.toFixed(1)} µs of CPU a request without the profiler\n`)
    console.log(
      formatTable(
        ['Package', 'share', 'µs a request'],
        selfTimeByPackage(times)
          .filter(({ share }) => share >= 0.005)
          .map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`, micros(share)]),
      ),
    )
    console.log()
    console.log(
      formatTable(
        ['Self time', 'where', 'share', 'µs a request'],
        times.slice(0, SHOWN).map(({ name, place, share }) => [name, place, `${(share * 100).toFixed(1)} %`, micros(share)]),
      ),
    )
  } finally {
    await server.stop()
    await databases.stop()
  }
}
