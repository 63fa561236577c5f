import { SessionDataError } from '../errors.ts'

/** What is sealed of one session, as JSON texts. */
export interface SessionFrame {
  readonly metaText: string
  readonly dataText: string
  /** Key under which the owner tag was made, 8 bytes; `undefined` without owner. */
  readonly ownerKeyId: Buffer | undefined
}

const FRAME_VERSION = 1
const OWNER_KEY_AT = 1
const META_LENGTH_AT = 9
const META_AT = 11
const NO_OWNER = Buffer.alloc(META_LENGTH_AT - OWNER_KEY_AT)
const MAX_META_BYTES = 0xffff

/**
 * Version 1 ‖ key id of the owner tag 8, zeros without owner ‖ length of the metadata 2, big-endian ‖ metadata ‖ data.
 *
 * @throws {SessionDataError} KEYTURN_SESSION_DATA: the metadata is over 65 535 bytes.
 */
export function encodeFrame({ metaText, dataText, ownerKeyId }: SessionFrame): Buffer {
  const metaBytes = Buffer.byteLength(metaText)
  if (metaBytes > MAX_META_BYTES) throw new SessionDataError(`metadata of more than ${MAX_META_BYTES} bytes`)
  const plain = Buffer.alloc(META_AT + metaBytes + Buffer.byteLength(dataText))
  plain[0] = FRAME_VERSION
  ownerKeyId?.copy(plain, OWNER_KEY_AT)
  plain.writeUInt16BE(metaBytes, META_LENGTH_AT)
  plain.write(metaText, META_AT, 'utf8')
  plain.write(dataText, META_AT + metaBytes, 'utf8')
  return plain
}

/** `undefined` for bytes of another form. */
export function decodeFrame(plain: Buffer): SessionFrame | undefined {
  if (plain.length < META_AT || plain[0] !== FRAME_VERSION) return undefined
  const dataAt = META_AT + plain.readUInt16BE(META_LENGTH_AT)
  if (dataAt > plain.length) return undefined
  const owner = plain.subarray(OWNER_KEY_AT, META_LENGTH_AT)
  return {
    metaText: plain.toString('utf8', META_AT, dataAt),
    dataText: plain.toString('utf8', dataAt),
    ownerKeyId: owner.equals(NO_OWNER) ? undefined : owner,
  }
}
