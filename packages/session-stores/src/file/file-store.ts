import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KeyturnError } from '@keyturn/token-crypto'
import { StoreUnavailableError } from '../errors.ts'
import { createGuardedStore } from '../guarded-store.ts'
import { createRecordTable, type RecordTable } from '../memory/record-table.ts'
import { createTableStore } from '../memory/table-store.ts'
import type { SessionStore, StoreCapabilities } from '../store.ts'
import { decodeFile, encodeFile } from './file-format.ts'
import { lockFile } from './file-lock.ts'
import { type FileStoreOptions, type ResolvedFileStoreOptions, resolveFileStoreOptions } from './file-options.ts'
import { createFileWriter } from './file-writer.ts'

const SUPPORTS: StoreCapabilities = Object.freeze({
  scan: true,
  owners: true,
  prune: true,
  statistics: true,
  durable: true,
  shared: false,
})

/**
 * Keeps sessions in one JSON file, sealed as everywhere, for development: one process at a time, which a lock file sees
 * to, and every change writes the whole file, atomically.
 *
 * @throws {TypeError} Names every option that is wrong.
 */
export function createFileStore(options: FileStoreOptions): SessionStore {
  const resolved = resolveFileStoreOptions(options)
  const { path, warn } = resolved
  const table = createRecordTable({ ...resolved, onEvict: () => warn(FULL, 'KEYTURN_FILE_STORE_FULL') })
  const inMemory = createTableStore({ name: 'file', supports: SUPPORTS, table, maxBytes: resolved.maxBytes })
  const writer = createFileWriter(path, () => encodeFile([...table.batches(Number.MAX_SAFE_INTEGER)].flat()))
  let opening: Promise<() => Promise<void>> | undefined

  /** Opened at the first call; one that fails is tried again at the next. */
  function open(): Promise<() => Promise<void>> {
    opening ??= openFile(resolved, table).catch((error: unknown) => {
      opening = undefined
      throw toStoreError(error)
    })
    return opening
  }

  async function read<T>(run: () => Promise<T>): Promise<T> {
    await open()
    return run()
  }

  async function change<T>(run: () => Promise<T>, changes: (result: T) => boolean): Promise<T> {
    await open()
    const result = await run()
    if (!changes(result)) return result
    await writer.write().catch((error: unknown) => {
      throw toStoreError(error)
    })
    return result
  }

  return createGuardedStore({
    name: 'file',
    supports: SUPPORTS,
    get: (key) => read(() => inMemory.get(key)),
    put: (key, record, expected) =>
      change(() => inMemory.put(key, record, expected), (outcome) => outcome === 'stored'),
    putNewer: (sessions) => change(() => inMemory.putNewer(sessions), (stored) => stored > 0),
    findLive: (keys) => read(() => inMemory.findLive(keys)),
    touch: (key, expiresAt) => change(() => inMemory.touch(key, expiresAt), (touched) => touched),
    destroy: (key) => change(() => inMemory.destroy(key), () => true),
    async *scan(scanOptions) {
      await open()
      yield* inMemory.scan(scanOptions)
    },
    listByOwner: (ownerTag) => read(() => inMemory.listByOwner(ownerTag)),
    destroyByOwner: (ownerTag, which) => change(() => inMemory.destroyByOwner(ownerTag, which), (ended) => ended > 0),
    prune: (pruneOptions) => change(() => inMemory.prune(pruneOptions), (removed) => removed > 0),
    statistics: () => read(() => inMemory.statistics()),
    ping: () => read(() => inMemory.ping()),
    async close() {
      if (opening === undefined) return
      const unlock = await opening.catch(() => undefined)
      await writer.settle()
      await unlock?.()
    },
  })
}

const FULL =
  'The file session store is full: sessions that are still valid make room, and their users are signed out. ' +
  'Raise maxEntries and maxBytes, or use PostgreSQL or Redis.'

async function openFile({ path }: ResolvedFileStoreOptions, table: RecordTable): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const unlock = await lockFile(path)
  try {
    const content = await readFile(path, 'utf8').catch(absent)
    for (const { key, record } of content === undefined ? [] : decodeFile(content)) table.put(key, record, 'any')
    return unlock
  } catch (error) {
    await unlock()
    throw error
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function toStoreError(error: unknown): KeyturnError {
  if (error instanceof KeyturnError) return error
  return new StoreUnavailableError('file', (error as NodeJS.ErrnoException).code ?? 'UNKNOWN')
}
