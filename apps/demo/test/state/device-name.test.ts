import t from 'tap'
import { deviceName } from '../../src/state/device-name.ts'

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

t.test('a browser is named by family and system', async (t) => {
  t.equal(deviceName(chrome), 'Chrome on Linux')
  t.equal(deviceName(`${chrome} Edg/140.0.0.0`), 'Edge on Linux')
  t.equal(deviceName('Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0'), 'Firefox on Android')
  t.equal(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1'), 'Safari on iOS')
  t.equal(deviceName('curl/8.0'), 'A browser')
  t.equal(deviceName(undefined), 'A browser')
})
