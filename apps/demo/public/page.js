// Keeps the page in place while forms are sent, and points at what became different. Without it every form still works.

/** @typedef {{ path: string, init?: RequestInit }} Step */

const SETTLE_MS = 500
const SETTLE_ATTEMPTS = 10
const RESTART_POLL_MS = 250
const RESTART_ATTEMPTS = 120

let settleAttempts = 0
let busy = false

document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || form.method !== 'post') return
  event.preventDefault()
  if (busy) return
  const fields = [...new FormData(form, event.submitter)].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
  const body = new URLSearchParams(fields)
  const step = { path: form.getAttribute('action') ?? '/', init: { method: 'POST', body } }
  void whileBusy(event.submitter, () => ('restart' in form.dataset ? restart(step) : show(step)))
})

// Another window may have signed out, rotated or restarted meanwhile.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && !busy) void whileBusy(null, () => show({ path: '/' }))
})

setInterval(tellAges, 1000)
if (location.pathname === '/') history.replaceState(null, '', '/')
settle()

/**
 * @param {HTMLElement | null} button
 * @param {() => Promise<void>} work
 */
async function whileBusy(button, work) {
  busy = true
  document.body.setAttribute('aria-busy', 'true')
  try {
    await work()
  } catch {
    tell('The server does not answer. Is the demo still running in its terminal?')
  } finally {
    busy = false
    document.body.removeAttribute('aria-busy')
    keepFocus(button)
  }
  settle()
}

/** @param {Step} step */
async function show({ path, init }) {
  swap(await read(await fetch(path, init)))
}

/** @param {Response} response */
async function read(response) {
  return new DOMParser().parseFromString(await response.text(), 'text/html')
}

/** @param {Step} step */
async function restart({ path, init }) {
  const before = document.querySelector('main')?.dataset.process
  const response = await fetch(path, init)
  if (response.status !== 202) return swap(await read(response))
  tell('This process is ending; another one takes its place.')
  for (let attempt = 0; attempt < RESTART_ATTEMPTS; attempt++) {
    await pause(RESTART_POLL_MS)
    // The process that is ending may still answer, with an error.
    const instance = await fetch('/process').then((answer) => (answer.ok ? answer.text() : before), () => before)
    if (instance !== before) return show({ path: '/?after=restarted' })
  }
  throw new Error('no new process came')
}

/** @param {Document} next */
function swap(next) {
  const before = watched()
  for (const selector of ['main', 'footer']) {
    const [old, fresh] = [document.querySelector(selector), next.querySelector(selector)]
    if (old !== null && fresh !== null) old.replaceWith(fresh)
  }
  tell(next.querySelector('#told')?.textContent ?? '')
  for (const [name, element] of watched()) {
    const old = before.get(name)
    if (old?.textContent !== element.textContent) element.classList.add('changed')
  }
}

/** @returns {Map<string, HTMLElement>} */
function watched() {
  const elements = [...document.querySelectorAll('[data-watch]')].filter((element) => element instanceof HTMLElement)
  return new Map(elements.map((element) => [element.dataset.watch ?? '', element]))
}

/** A row is sealed again after its answer went out: look once more. */
function settle() {
  const settling = document.querySelector('main[data-settling]') !== null
  settleAttempts = settling ? settleAttempts + 1 : 0
  if (!settling || settleAttempts > SETTLE_ATTEMPTS) return
  setTimeout(() => {
    if (!busy) void whileBusy(/** @type {HTMLElement | null} */ (document.activeElement), () => show({ path: '/?after=rotated' }))
  }, SETTLE_MS)
}

/** @param {HTMLElement | null} button */
function keepFocus(button) {
  if (button === null || button === document.body) return
  const again = button.id === '' ? null : document.getElementById(button.id)
  const target = again ?? document.querySelector('h1')
  if (target instanceof HTMLElement && target !== document.activeElement) target.focus({ preventScroll: again !== null })
}

/** @param {string} text */
function tell(text) {
  const told = document.querySelector('#told')
  if (told !== null && told.textContent !== text) told.textContent = text
}

function tellAges() {
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
  const steps = /** @type {const} */ ([['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]])
  for (const element of document.querySelectorAll('time')) {
    const apart = Date.parse(element.dateTime) - Date.now()
    const [unit, ms] = steps.find(([, size]) => Math.abs(apart) >= size) ?? steps[3]
    const text = words.format(Math.round(apart / ms), unit)
    if (element.textContent !== text) element.textContent = text
  }
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
