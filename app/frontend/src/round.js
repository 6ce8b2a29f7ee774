// The map of one's own round on the phone. It is drawn at once from the places in the page, with
// straight lines, and again when the ways are there; it needs no tiles, and what came once is kept
// for places without coverage. A base map that is set comes below it when the map is looked at.

import { layBases } from './base.js';
import { WAYS } from './shelves.js';
import { unpacked } from './unpacked.js';
import { afterPaint, ask, attribute, lines, mercator, shape } from './ways.js';

const WIDE = 340;
const HIGH = 260;
const MARGIN = 26;
const MOST_KEPT = 10;

export function drawRound(root = document) {
  const box = root.querySelector('[data-round-map]');
  if (!box) return;
  new RoundMap(box);
  layBase(box);
}

// A base costs the phone data: none where one is saving them, and none before the map is seen.
function layBase(box) {
  if (!box.querySelector('[data-base]') || navigator.connection?.saveData) return;
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((each) => each.isIntersecting)) return;
    watch.disconnect();
    layBases(box).catch(() => {}); // without coverage there is none
  });
  watch.observe(box);
}

class RoundMap {
  constructor(box) {
    this.box = box;
    this.picture = box.querySelector('svg');
    this.places = box.dataset.places.split(' ').map((place) => place.split(',').map(Number));
    // The next stop's number, from 1; 0 where none is ahead.
    this.next = Number(box.dataset.next);
    this.ways = this.places.slice(1).map((place, leg) => ({ straight: true, ends: [this.places[leg], place] }));
    this.part = 'round';
    box.hidden = false;
    box.addEventListener('click', (event) => {
      const button = event.target.closest('[data-part]');
      if (button) this.show(button.dataset.part);
    });
    this.draw();
    afterPaint(() => this.fetch());
  }

  async fetch() {
    const told = await askAndKeep(this.box.dataset.roundMap);
    const own = told?.rounds.find((round) => round.version === this.box.dataset.version);
    if (!own) return;
    this.ways = own.legs;
    attribute(told, this.box);
    this.draw();
  }

  show(part) {
    this.part = part;
    for (const button of this.box.querySelectorAll('[data-part]')) {
      button.setAttribute('aria-pressed', button.dataset.part === part);
    }
    this.draw();
  }

  draw() {
    const whole = this.part === 'round';
    const stops = whole ? [...this.places.keys()] : [this.next - 1, this.next];
    const legs = whole ? [...this.ways.keys()] : [this.next - 1];
    const along = legs.flatMap((leg) => this.ways[leg].ends ?? unpacked(this.ways[leg].line));
    const frame = new Frame([...stops.map((stop) => this.places[stop]), ...along]);
    this.picture.dataset.projection = frame.projection.join(' ');
    const drawn = legs.map((leg) => {
      const way = this.ways[leg];
      const line = way.ends ? straight(way.ends, frame.put) : lines([way], frame.put)[0];
      line.classList.toggle('ahead', leg === this.next - 1);
      line.classList.toggle('driven', leg < this.next - 1);
      return line;
    });
    const last = this.places.length - 1;
    const marks = stops.reverse().map((stop) => {
      return mark(stop, frame.put(mercator(this.places[stop])), this.next, last);
    });
    this.picture.replaceChildren(...drawn, ...marks, ...scale(frame.metre));
  }
}

// Fits places into the picture and keeps proportions: x = (Mercator x - left) * factor.
class Frame {
  constructor(places) {
    const points = places.map(mercator);
    const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const factor = Math.min(
      (WIDE - 2 * MARGIN) / Math.max(right - left, 1e-5),
      (HIGH - 2 * MARGIN) / Math.max(bottom - top, 1e-5),
    );
    const [west, north] = [(left + right) / 2 - WIDE / 2 / factor, (top + bottom) / 2 - HIGH / 2 / factor];
    this.projection = [west, north, factor];
    this.put = ([x, y]) => [(x - west) * factor, (y - north) * factor];
    this.metre = factor / 6371000 / Math.cos((places[0][0] * Math.PI) / 180);
  }
}

function straight(ends, put) {
  const points = ends.map((place) => put(mercator(place)).map((value) => value.toFixed(1)).join(','));
  return shape('polyline', { class: 'map-line straight', points: points.join(' ') });
}

// A numbered stop, or the place where the round begins and ends.
function mark(stop, [x, y], next, last) {
  if (stop === 0 || stop === last) {
    return shape('rect', { class: 'map-start', x: x - 5, y: y - 5, width: 10, height: 10 });
  }
  const kind = stop === next ? 'map-mark ahead' : stop < next || next === 0 ? 'map-mark driven' : 'map-mark';
  const words = shape('text', { x, y }, String(stop));
  return shape('g', { class: kind }, shape('circle', { cx: x, cy: y, r: stop === next ? 13 : 10 }), words);
}

// A round number of metres that is about a quarter of the picture wide, in the page's language.
function scale(metre) {
  const wanted = WIDE / 4 / metre;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= wanted);
  const [value, unit] = metres < 1000 ? [metres, 'meter'] : [metres / 1000, 'kilometer'];
  const words = new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit }).format(value);
  const y = HIGH - 8;
  return [
    shape('line', { class: 'map-scale', x1: 8, x2: 8 + metres * metre, y1: y, y2: y }),
    shape('text', { class: 'map-scale-name', x: 8, y: y - 5 }, words),
  ];
}

// The server's answer, or without coverage the one of before.
async function askAndKeep(address) {
  const told = await ask(address);
  const shelf = await window.caches?.open(WAYS).catch(() => null);
  if (!shelf) return told;
  if (!told) return (await shelf.match(address))?.json() ?? null;
  await shelf.put(address, new Response(JSON.stringify(told)));
  const known = await shelf.keys();
  for (const old of known.slice(0, -MOST_KEPT)) await shelf.delete(old);
  return told;
}
