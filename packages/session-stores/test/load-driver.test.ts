import t from 'tap'
import { loadDriver } from '../src/load-driver.ts'

// A name that only Node resolves: to TypeScript it would be a mistake.
const load = (name: string): Promise<unknown> => import(name) as Promise<unknown>

t.test('a driver that is not installed is told with the line that installs it', async (t) => {
  await t.rejects(loadDriver('no-such-driver', () => load('no-such-driver')), {
    code: 'KEYTURN_DRIVER_MISSING',
    message: /npm install no-such-driver$/,
  })
})

t.test('a driver that lacks something itself, or fails, is told as it is', async (t) => {
  await t.rejects(loadDriver('postgres', () => load('no-such-driver')), { code: 'ERR_MODULE_NOT_FOUND' })
  await t.rejects(loadDriver('postgres', async () => { throw new RangeError('broken') }), RangeError)
})

t.test('a driver that is there is loaded', async (t) => {
  t.equal(await loadDriver('postgres', async () => 'the driver'), 'the driver')
})
