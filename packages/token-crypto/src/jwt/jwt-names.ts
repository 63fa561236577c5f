/** A text that names an issuer, an audience or a type of token. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0
}

export function isAudience(value: unknown): value is string | readonly string[] {
  return isName(value) || (Array.isArray(value) && value.length > 0 && value.every(isName))
}
