/** One thing that is wrong with a secret or with how it is set. Holds nothing of the secret. */
export interface SecretFault {
  /** Where it stands, such as `SESSION_SECRET` or `file /srv/app/session-secrets.json`. */
  readonly where: string
  /** Name of the rule, such as `too-short`. */
  readonly rule: string
  /** What is wrong, one sentence. */
  readonly problem: string
  /** What to do, when a new secret is not the answer. */
  readonly remedy?: string
}
