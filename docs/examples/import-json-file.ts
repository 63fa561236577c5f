import { createPostgresStore, createSealedSessions } from '@keyturn/session-stores'
import { importSessions, inspectGitHistory, readJsonFile } from '@keyturn/migration'
import { createProvidersFromEnvironment, createSecretManager } from '@keyturn/secret-providers'

const path = 'parsed_sessions.json'
const store = createPostgresStore({ url: process.env.DATABASE_URL ?? '' })
const secrets = await createSecretManager({
  providers: await createProvidersFromEnvironment({}),
  environment: process.env.NODE_ENV ?? 'production',
})
const { outcomes } = await importSessions({
  from: readJsonFile({ path, lifetimeMs: 3_600_000 }),
  into: createSealedSessions({ store, keyring: secrets.keyring }),
  userIdOf: (data) => data['user_id'] as string | undefined,
})
await Promise.all([store.close(), secrets.close()])

const history = await inspectGitHistory({ repository: '.', path })
console.log(JSON.stringify({ imported: outcomes.changed, commits: history.commits }))
console.log(history.commands.join('\n'))
