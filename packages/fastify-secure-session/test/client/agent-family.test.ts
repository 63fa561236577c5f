import fc from 'fast-check'
import t from 'tap'
import { agentFamily } from '../../src/client/agent-family.ts'

const firefox = (version: string, system: string) => `Mozilla/5.0 (${system}; rv:${version}) Gecko/20100101 Firefox/${version}`
const chrome = (version: string) => `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`

t.test('an update of the browser is no change, another browser or system is', async (t) => {
  const family = agentFamily(firefox('140.0', 'Windows NT 10.0; Win64; x64'))
  t.equal(family, 'Firefox on Windows')
  t.equal(agentFamily(firefox('141.0', 'Windows NT 10.0; Win64; x64')), family)
  t.not(agentFamily(firefox('140.0', 'X11; Linux x86_64')), family)
  t.not(agentFamily(chrome('139.0.0.0')), family)
})

t.test('whatever a client sends has a family', async (t) => {
  t.equal(agentFamily(undefined), 'unknown')
  t.equal(agentFamily(''), 'unknown')
  t.equal(agentFamily('x'.repeat(5000)), 'unknown')
  fc.assert(fc.property(fc.string(), (agent) => agentFamily(agent).length > 0), { numRuns: 1000, seed: 7 })
})
