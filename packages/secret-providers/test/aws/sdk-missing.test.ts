import { spawnNode } from '@keyturn/testing/processes'
import t from 'tap'

t.test('without the SDK the first use is a coded error with the install line', async (t) => {
  const child = await spawnNode(new URL('../fixtures/without-sdk.ts', import.meta.url))
  t.match(await child.nextMessage(), {
    code: 'KEYTURN_AWS_SDK_MISSING',
    message: /npm install @aws-sdk\/client-secrets-manager/,
  })
})
