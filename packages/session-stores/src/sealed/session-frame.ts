import type { EpochMs, KeyId } from '@keyturn/token-crypto'
import { SessionDataError } from '../errors.ts'
import { copyOf } from './own-memory.ts'

/** Whose session it is, as its record shows it. */
export interface FrameOwner {
  /** Key under which the tag was made. */
  readonly keyId: KeyId
  /** 32 bytes. */
  readonly tag: Buffer
}

/**
 * What is sealed of one session. Owner tag and time of creation also stand in the record, where an engine can look
 * for them; what is sealed here is what counts.
 */
export interface SessionFrame {
  readonly metaText: string
  readonly dataText: string
  readonly createdAt: EpochMs
  readonly owner: FrameOwner | undefined
}

const FRAME_VERSION = 1
const CREATED_AT = 1
const OWNER_FLAG_AT = 9
const OWNER_KEY_AT = 10
const OWNER_TAG_AT = 18
const OWNER_END = 50
const MAX_META_BYTES = 0xffff
/** The longest that one unit of a string can be in UTF-8. */
const MOST_BYTES_A_UNIT = 3

/** Every session that is sealed has its turn in it: memory of its own for each would be the largest part of the garbage. */
const scratch = Buffer.alloc(64 * 1024)

/**
 * Version 1 ‖ created, epoch milliseconds as a double 8 ‖ 1 with owner, else 0 ‖ with owner: key id of the tag 8, tag 32 ‖
 * length of the metadata 2 ‖ metadata ‖ data. Numbers are big-endian.
 *
 * @returns Bytes in memory that the next call may use again: they are to be overwritten once they are sealed.
 * @throws {SessionDataError} KEYTURN_SESSION_DATA: the metadata is over 65 535 bytes.
 */
export function encodeFrame({ metaText, dataText, createdAt, owner }: SessionFrame): Buffer {
  const metaLengthAt = owner === undefined ? OWNER_KEY_AT : OWNER_END
  const metaAt = metaLengthAt + 2
  const most = metaAt + MOST_BYTES_A_UNIT * (metaText.length + dataText.length)
  const plain = most <= scratch.length ? scratch : Buffer.allocUnsafe(metaAt + Buffer.byteLength(metaText) + Buffer.byteLength(dataText))
  plain[0] = FRAME_VERSION
  plain.writeDoubleBE(createdAt, CREATED_AT)
  plain[OWNER_FLAG_AT] = owner === undefined ? 0 : 1
  if (owner !== undefined) {
    plain.write(owner.keyId, OWNER_KEY_AT, 'hex')
    plain.set(owner.tag, OWNER_TAG_AT)
  }
  const metaBytes = plain.write(metaText, metaAt, 'utf8')
  if (metaBytes > MAX_META_BYTES) {
    plain.fill(0)
    throw new SessionDataError(`metadata of more than ${MAX_META_BYTES} bytes`)
  }
  plain.writeUInt16BE(metaBytes, metaLengthAt)
  const dataAt = metaAt + metaBytes
  return plain.subarray(0, dataAt + plain.write(dataText, dataAt, 'utf8'))
}

/** `undefined` for bytes of another form. */
export function decodeFrame(plain: Buffer): SessionFrame | undefined {
  if (plain[0] !== FRAME_VERSION || plain.length < OWNER_KEY_AT + 2) return undefined
  const flag = plain[OWNER_FLAG_AT]
  if (flag !== 0 && flag !== 1) return undefined
  const metaLengthAt = flag === 1 ? OWNER_END : OWNER_KEY_AT
  const metaAt = metaLengthAt + 2
  if (metaAt > plain.length) return undefined
  const dataAt = metaAt + plain.readUInt16BE(metaLengthAt)
  if (dataAt > plain.length) return undefined
  return {
    metaText: plain.toString('utf8', metaAt, dataAt),
    dataText: plain.toString('utf8', dataAt),
    createdAt: plain.readDoubleBE(CREATED_AT),
    owner: flag === 1 ? { keyId: plain.toString('hex', OWNER_KEY_AT, OWNER_TAG_AT), tag: copyOf(plain.subarray(OWNER_TAG_AT, OWNER_END)) } : undefined,
  }
}
