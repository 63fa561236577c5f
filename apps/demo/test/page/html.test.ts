import fc from 'fast-check'
import t from 'tap'
import { html } from '../../src/page/html.ts'

t.test('what is put into a page is text, whatever it holds', async (t) => {
  t.equal(html`<p title="${`"'`}">${'<script>alert(1)</script> & more'}</p>`.text, '<p title="&quot;&#39;">&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>')
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => !/[<>"']/.test(html`${text}`.text)), { seed: 20_260_109 })
})

t.test('fragments go into each other as they are, lists one after the other, nothing for undefined', async (t) => {
  const items = ['a&b', 'c'].map((item) => html`<li>${item}</li>`)
  t.equal(html`<ul>${items}</ul>${undefined}${7}`.text, '<ul><li>a&amp;b</li><li>c</li></ul>7')
})
