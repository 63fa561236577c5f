/** Secrets that stand in documentation, examples and source code, lowercase, without punctuation. Longest first. */
const KNOWN_DEFAULTS: readonly string[] = [
  'aabbccddaabbccddaabbccddaabbccddaabbccdd',
  'averylogphrasebiggerthanthirtytwochars',
  'averylongphrasebiggerthanthirtytwochars',
  'correcthorsebatterystaple',
  'thisisasecret',
  'keyboardcat',
  'development',
  'yoursecret',
  'supersecret',
  'production',
  'expresssession',
  'fastifysession',
  'shhhhhhared',
  'placeholder',
  'sessionsecret',
  'jwtsecret',
  'mysecret',
  'password',
  'changeit',
  'changeme',
  'replaceme',
  'insecure',
  'passphrase',
  'flowise',
  'popcorn',
  'default',
  'example',
  'session',
  'express',
  'fastify',
  'letmein',
  'qwerty',
  'secret',
  'admin',
  'token',
  'cookie',
  'please',
  'changethis',
  'test',
  'dev',
].sort((a, b) => b.length - a.length)

/** What may be left beside defaults before the whole counts as a secret of its own. */
const SPARE_CHARACTERS = 12
const SPARE_DISTINCT = 4

/** Whether a text is a known default in any case, also repeated, joined with others, or padded. */
export function isKnownDefault(text: string): boolean {
  const plain = [...text.toLowerCase()].filter(isLetterOrDigit).join('')
  const rest = KNOWN_DEFAULTS.reduce((left, known) => left.replaceAll(known, ''), plain)
  const removed = plain.length - rest.length
  if (removed === 0) return false
  if (new Set(rest).size <= SPARE_DISTINCT) return true
  return rest.length <= SPARE_CHARACTERS && rest.length <= removed
}

/** Of another script everything counts: no default is written in one. */
function isLetterOrDigit(character: string): boolean {
  return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character > '\u007f'
}
