// Stands between the phone's round and the network: without coverage the round of before is shown,
// and says so. Nothing else is kept, and nothing is sent later. The page registers it (kept.js).
// It imports nothing, since not every browser takes modules as workers.

const KEPT = 'onsite-round'; // as in shelves.js
const ROUND = '/m/';

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== self.location.origin) return;
  if (request.mode === 'navigate' && address.pathname === ROUND) event.respondWith(round(request));
  else if (address.pathname.startsWith('/static/')) event.respondWith(part(request));
});

async function round(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(KEPT)).put(request, answer.clone());
    // Sent to the sign-in, or refused: whoever holds the phone now has no business with the round.
    else if (answer.status < 500) await forget();
    return answer;
  } catch (away) {
    const kept = await caches.match(request, { ignoreVary: true });
    if (!kept) throw away;
    const text = (await kept.text()).replace('data-no-coverage hidden', 'data-no-coverage');
    return new Response(text, { headers: kept.headers });
  }
}

async function forget() {
  for (const name of await caches.keys()) await caches.delete(name);
}

async function part(request) {
  try {
    return await fetch(request);
  } catch (away) {
    const kept = await caches.match(request, { ignoreVary: true });
    if (!kept) throw away;
    return kept;
  }
}
