import { type Clock, type EpochMs, systemClock } from '../clock.ts'
import { OpenError } from '../errors.ts'
import type { Secret } from '../secret/secret.ts'
import { createFernetCipher, type FernetCipher } from './fernet-cipher.ts'
import { readFernetKey } from './fernet-key.ts'
import { decodeFernetToken, encodeFernetToken, type FernetDecoding, IV_AT, readFernetTime, TIME_AT } from './fernet-token.ts'

/** Tokens of the Fernet format, interchangeable with Python's `cryptography`. */
export interface Fernet {
  /** Encrypts under the first key, stamped with the time of the clock. Text is taken as UTF-8. */
  encrypt(plain: string | Uint8Array): string
  /** @param timeMs - Epoch milliseconds; the token holds whole seconds. */
  encryptAt(plain: string | Uint8Array, timeMs: EpochMs): string
  /**
   * Opens with any of the keys.
   *
   * @throws {OpenError} KEYTURN_CANNOT_OPEN: also when it is older than `ttlMs` or, with `ttlMs`, from the future.
   */
  decrypt(token: string, options?: FernetAge): Buffer
  /** As `decrypt`, at another time than the clock's. */
  decryptAt(token: string, options: { readonly ttlMs: number; readonly timeMs: EpochMs }): Buffer
  /**
   * When an authentic token was made, epoch milliseconds in whole seconds; exact until the year 287396.
   *
   * @throws {OpenError} KEYTURN_CANNOT_OPEN
   */
  extractTimestamp(token: string): EpochMs
  /**
   * Opens with any of the keys and encrypts under the first, with a fresh IV. The timestamp stays.
   *
   * @throws {OpenError} KEYTURN_CANNOT_OPEN
   */
  rotate(token: string): string
  /**
   * Opens many with any of the keys, whatever their age: in about 60 % of the time that each on its own takes.
   *
   * @returns In order; `undefined` for each that does not open.
   */
  openAll(tokens: readonly string[]): (FernetMessage | undefined)[]
  /** Encrypts many under the first key, each with its own IV and time. */
  sealAll(messages: readonly FernetMessage[]): string[]
}

/** What a token holds. */
export interface FernetMessage {
  readonly plain: Buffer
  /** When it was made, epoch milliseconds; a token holds whole seconds. */
  readonly timeMs: EpochMs
}

export interface FernetAge {
  /**
   * Greatest age in milliseconds, counted in whole seconds. Absent: the token's time is not looked at, as in Python.
   * With it, a token up to 60 seconds ahead of the clock is taken.
   */
  readonly ttlMs?: number
}

export interface FernetOptions {
  /** Default `'strict'`. */
  readonly decoding?: FernetDecoding
  readonly clock?: Clock
}

/** How far the clock of the issuer may be ahead: part of the format. */
const MAX_CLOCK_SKEW_SECONDS = 60

/**
 * Encrypts with the first key and opens with any, tried in order.
 *
 * @param keys - Fernet keys, 44 characters of base64url each, at least one.
 * @throws {TypeError} No key, a key of another form, or an unknown `decoding`.
 * @see https://github.com/fernet/spec/blob/master/Spec.md
 */
export function createMultiFernet(keys: readonly Secret[], options: FernetOptions = {}): Fernet {
  const decoding = options.decoding ?? 'strict'
  const clock = options.clock ?? systemClock
  if (decoding !== 'strict' && decoding !== 'lenient') throw new TypeError("decoding is 'strict' or 'lenient'.")
  const ciphers = keys.map((key) => createFernetCipher(readFernetKey(key)))
  const [first] = ciphers
  if (first === undefined) throw new TypeError('createMultiFernet needs at least one key.')

  function authentic(token: string): { bytes: Buffer; cipher: FernetCipher } {
    const bytes = decodeFernetToken(token, decoding)
    const cipher = bytes && ciphers.find((each) => each.isAuthentic(bytes))
    if (bytes === undefined || cipher === undefined) throw new OpenError()
    return { bytes, cipher }
  }

  function open(token: string, isFresh: (seconds: number) => boolean): { bytes: Buffer; plain: Buffer } {
    const { bytes, cipher } = authentic(token)
    const plain = isFresh(readFernetTime(bytes)) ? cipher.decrypt(bytes) : undefined
    if (plain === undefined) throw new OpenError()
    return { bytes, plain }
  }

  function openAll(tokens: readonly string[]): (FernetMessage | undefined)[] {
    const opened = tokens.map((): FernetMessage | undefined => undefined)
    const decoded = tokens.map((token) => decodeFernetToken(token, decoding))
    for (const cipher of ciphers) {
      const own: Buffer[] = []
      const places: number[] = []
      for (const [i, bytes] of decoded.entries()) {
        if (bytes === undefined || opened[i] !== undefined || !cipher.isAuthentic(bytes)) continue
        own.push(bytes)
        places.push(i)
      }
      for (const [n, plain] of cipher.decryptAll(own).entries()) {
        const timeMs = readFernetTime(own[n] as Buffer) * 1000
        if (plain !== undefined) opened[places[n] as number] = { plain, timeMs }
      }
    }
    return opened
  }

  function write(plain: Uint8Array, time: Uint8Array): string {
    return encodeFernetToken((first as FernetCipher).seal(plain, time))
  }

  return Object.freeze({
    encrypt: (plain: string | Uint8Array) => write(toBytes(plain), encodeTime(clock.now())),
    encryptAt: (plain: string | Uint8Array, timeMs: EpochMs) => write(toBytes(plain), encodeTime(timeMs)),
    decrypt(token: string, { ttlMs }: FernetAge = {}) {
      return open(token, ttlMs === undefined ? () => true : freshness(ttlMs, clock.now())).plain
    },
    decryptAt(token: string, { ttlMs, timeMs }: { readonly ttlMs: number; readonly timeMs: EpochMs }) {
      return open(token, freshness(ttlMs, timeMs)).plain
    },
    extractTimestamp: (token: string) => readFernetTime(authentic(token).bytes) * 1000,
    rotate(token: string) {
      const { bytes, plain } = open(token, () => true)
      return write(plain, bytes.subarray(TIME_AT, IV_AT))
    },
    openAll,
    sealAll(messages: readonly FernetMessage[]) {
      const timed = messages.map(({ plain, timeMs }) => ({ plain: toBytes(plain), time: encodeTime(timeMs) }))
      return first.sealAll(timed).map(encodeFernetToken)
    },
  })
}

function freshness(ttlMs: number, timeMs: EpochMs): (seconds: number) => boolean {
  if (typeof ttlMs !== 'number' || !(ttlMs >= 0)) throw new TypeError('ttlMs is a number of milliseconds, 0 or more.')
  const now = toSeconds(timeMs)
  return (seconds) => seconds + ttlMs / 1000 >= now && seconds <= now + MAX_CLOCK_SKEW_SECONDS
}

function toSeconds(timeMs: EpochMs): number {
  if (!Number.isFinite(timeMs) || timeMs < 0) throw new TypeError('timeMs is a time in epoch milliseconds, 0 or more.')
  return Math.floor(timeMs / 1000)
}

function encodeTime(timeMs: EpochMs): Buffer {
  const seconds = toSeconds(timeMs)
  const time = Buffer.allocUnsafe(IV_AT - TIME_AT)
  time.writeUInt32BE(Math.floor(seconds / 2 ** 32), 0)
  time.writeUInt32BE(seconds % 2 ** 32, 4)
  return time
}

function toBytes(plain: unknown): Uint8Array {
  if (typeof plain === 'string') return Buffer.from(plain, 'utf8')
  if (plain instanceof Uint8Array) return plain
  throw new TypeError('Fernet encrypts a string or bytes.')
}
