// The ways of rounds: asked for when the page is painted, drawn over the straight lines that stand
// in it. A line is an encoded polyline with five decimals, see routing/travel/lines.py.

import { unpacked } from './unpacked.js';

const SVG = 'http://www.w3.org/2000/svg';

// The board's map; a round whose version is another one keeps its straight line.
export function drawWays(root = document) {
  const map = root.querySelector('svg[data-ways]');
  if (!map) return;
  const [left, top, factor] = map.dataset.projection.split(' ').map(Number);
  const put = ([x, y]) => [(x - left) * factor, (y - top) * factor];
  afterPaint(async () => {
    const told = await ask(map.dataset.ways);
    if (!told) return;
    for (const round of told.rounds) {
      const group = map.querySelector(`[data-round="${round.id}"][data-version="${round.version}"]`);
      group?.querySelector('.map-line').replaceWith(...lines(round.legs, put));
    }
    attribute(told, map.closest('.card'));
  });
}

// Work for a moment in which the browser has nothing better to do.
export function afterPaint(work) {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 1000 });
  else setTimeout(work, 50);
}

// What a server tells about ways; null where it does not answer, which a map can do without.
export async function ask(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: 'application/json' } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// One SVG line for each leg; ``put`` takes Mercator's x and y to the picture's.
export function lines(legs, put) {
  return legs.map((leg) => {
    const points = unpacked(leg.line).map((place) => put(mercator(place)));
    return shape('polyline', {
      class: leg.straight ? 'map-line straight' : 'map-line',
      points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '),
    });
  });
}

export function attribute(told, root) {
  const known = told.rounds.some((round) => round.legs.some((leg) => !leg.straight));
  const place = root.querySelector('[data-attribution]');
  if (place) place.textContent = known ? told.attribution : '';
  creditOnce(root);
}

// Whose data is seen stands once, though ground, tiles and lines may all be of the same hands.
export function creditOnce(root) {
  const said = new Set();
  for (const place of root.querySelectorAll('.base-credit:not([hidden]), [data-attribution]')) {
    const words = place.textContent.trim();
    place.classList.toggle('said', said.has(words));
    said.add(words);
  }
}

export function shape(name, attributes, ...inside) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

// Spherical Mercator, y downwards, of a place in degrees.
export function mercator([latitude, longitude]) {
  const radians = Math.PI / 180;
  return [longitude * radians, -Math.log(Math.tan(Math.PI / 4 + (latitude * radians) / 2))];
}

