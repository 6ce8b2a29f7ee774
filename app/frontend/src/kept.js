// The round stays readable without coverage: its page is kept with what it needs, a worker shows it
// there, and whoever signs out leaves nothing.

import { KEPT, WAYS } from './shelves.js';

export function keepRound(root = document) {
  if (!('caches' in window)) return; // over http a browser keeps nothing
  for (const form of root.querySelectorAll('form.out')) {
    form.addEventListener('submit', () => { caches.delete(KEPT); caches.delete(WAYS); });
  }
  const source = root.querySelector('[data-worker]')?.dataset.worker;
  if (!source || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(trusted(source), { scope: '/m/' }).catch(() => {});
  // Without coverage, this page is the kept one already.
  if (root.querySelector('[data-no-coverage]').hidden) keep(root).catch(() => {});
}

async function keep(root) {
  const parts = [...root.querySelectorAll('link[href][rel=stylesheet], script[src], use')]
    .map((part) => part.href?.baseVal ?? part.href ?? part.src)
    .map((address) => new URL(address, location.href))
    .map((address) => address.origin + address.pathname);
  const scripts = performance.getEntriesByType('resource').map((entry) => entry.name);
  const needed = [...new Set([...parts, ...scripts.filter((name) => name.includes('/static/'))])];
  const shelf = await caches.open(KEPT);
  for (const old of await shelf.keys()) {
    if (old.url.includes('/static/') && !needed.includes(old.url)) await shelf.delete(old);
  }
  if (!navigator.serviceWorker.controller) needed.push(location.href);
  await shelf.addAll(needed);
}

function trusted(address) {
  if (!window.trustedTypes) return address;
  const own = (given) => {
    if (new URL(given, location.href).origin !== location.origin) throw new TypeError('another origin');
    return given;
  };
  return window.trustedTypes.createPolicy('onsite', { createScriptURL: own }).createScriptURL(address);
}
