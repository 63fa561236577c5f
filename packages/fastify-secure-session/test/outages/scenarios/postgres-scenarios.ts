import { blackHole, cut, restore } from './lines.ts'
import type { Scenario } from './scenario.ts'

export const postgresScenarios: readonly Scenario[] = [
  { name: 'PostgreSQL killed and restarted', begin: ({ postgres }) => postgres.kill(), end: ({ postgres }) => postgres.restart() },
  { name: 'PostgreSQL paused and resumed', begin: async ({ postgres }) => postgres.pause(), end: async ({ postgres }) => postgres.resume() },
  { name: 'PostgreSQL connections cut', begin: ({ postgresLines }) => cut(postgresLines), end: ({ postgresLines }) => restore(postgresLines) },
  { name: 'PostgreSQL black-holed', begin: ({ postgresLines }) => blackHole(postgresLines), end: ({ postgresLines }) => restore(postgresLines) },
  { name: 'PostgreSQL full', needs: { smallDisk: true }, begin: ({ postgres }) => postgres.fillDisk(), end: ({ postgres }) => postgres.freeDisk() },
  { name: 'PostgreSQL read-only', begin: ({ postgres }) => postgres.refuseWrites(), end: ({ postgres }) => postgres.acceptWrites() },
]
