/** What was found in one text: names of fields and how many values they have, never the values. */
export interface PersonalData {
  readonly fields: readonly string[]
  readonly values: number
}

/** Names of fields that say whose a session is, or that let somebody act as them. */
const PERSONAL_NAME =
  /^(user|account|customer|client|member)?_?-?(id|name|login|email|mail|phone|mobile|address|ip|birthday|birthdate)$|^(first|last|full)_?name$|e-?mail|phone|ip_?address|^ip$|token|secret|password|passwd|api_?key|session_?id/i
/** Alone, `id` and `name` say nothing of a person. */
const HARMLESS_NAME = /^(id|name|client_?id)$/i
const MAIL_ADDRESS = /[\w.+-]+@[\w-]+\.[a-z]{2,}/i
const TEXT_FIELD = /["']?([\w-]+)["']?\s*[:=]\s*["']?[^"'\s,{}[\]]/g

/**
 * Looks for personal data in JSON, by the names of its fields and by mail addresses; in other text, such as a file that
 * was saved half-way, by the same names.
 */
export function findPersonalData(text: string): PersonalData {
  const fields = new Set<string>()
  let values = 0
  const found = (name: string): void => {
    fields.add(name)
    values++
  }
  const json = parseOrUndefined(text)
  if (json === undefined) searchText(text, found)
  else searchJson(json, '', found)
  return { fields: [...fields].sort(), values }
}

function searchJson(value: unknown, name: string, found: (name: string) => void): void {
  if (value === null || value === '') return
  if (typeof value === 'object') {
    const isList = Array.isArray(value)
    for (const [key, child] of Object.entries(value)) searchJson(child, isList ? name : key, found)
    return
  }
  if (isPersonal(name)) found(name)
  else if (typeof value === 'string' && MAIL_ADDRESS.test(value)) found('a mail address')
}

function searchText(text: string, found: (name: string) => void): void {
  for (const [, name = ''] of text.matchAll(TEXT_FIELD)) if (isPersonal(name)) found(name)
}

function isPersonal(name: string): boolean {
  return PERSONAL_NAME.test(name) && !HARMLESS_NAME.test(name)
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
