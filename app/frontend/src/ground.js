// The base of one map, as a Leaflet map that cannot be touched, below the SVG picture. It follows
// what the picture shows: data-projection (left, top, factor of app/desk/board/ground.py) and viewBox.

import * as L from 'leaflet';
import { unpacked } from './unpacked.js';
import { watchTiles } from './tiles.js';
import { creditOnce } from './ways.js';

// Widths in pixels; the smaller a class, the paler it is (base.css).
const ROADS = { tertiary: 1, secondary: 1.5, primary: 2, trunk: 2.5, motorway: 3 };
const FROM = { tertiary: 10.5, secondary: 9, primary: 7.5 }; // zooms
const CLOSEST = 26;
const MOST_NAMES = 24;
const LETTER = 12; // pixels, as in base-map.css

export class Base {
  constructor(box) {
    this.box = box;
    this.picture = box.querySelector('svg');
    const under = document.createElement('div');
    under.className = 'base-under';
    under.setAttribute('aria-hidden', 'true');
    this.picture.parentElement.prepend(under);
    this.map = L.map(under, {
      attributionControl: false, zoomControl: false, boxZoom: false, doubleClickZoom: false,
      dragging: false, keyboard: false, scrollWheelZoom: false, touchZoom: false, tapHold: false,
      fadeAnimation: false, zoomAnimation: false, trackResize: false, zoomSnap: 0, maxZoom: CLOSEST,
    });
    this.map.createPane('ground').style.zIndex = 150;
    this.map.createPane('names').style.zIndex = 250;
    this.roads = L.layerGroup().addTo(this.map);
    this.names = L.layerGroup().addTo(this.map);
    this.towns = [];
    this.follow();
    new ResizeObserver(() => this.follow()).observe(this.picture);
    const seen = { attributes: true, attributeFilter: ['viewBox', 'data-projection'] };
    new MutationObserver(() => this.follow()).observe(this.picture, seen);
    this.fetchGround();
    watchTiles(this);
  }

  // Shows the same part of the world as the picture, at the same size.
  follow() {
    const given = this.picture.dataset.projection ?? this.box.dataset.projection;
    const [left, top, factor] = (given ?? '').split(' ').map(Number);
    const { x, y, width, height } = this.picture.viewBox.baseVal;
    const pixels = this.picture.clientWidth || this.picture.getBoundingClientRect().width;
    if (!factor || !pixels || !width) return;
    this.map.invalidateSize({ animate: false, pan: false });
    const longitude = left + (x + width / 2) / factor;
    const north = -(top + (y + height / 2) / factor);
    const middle = [degrees(2 * Math.atan(Math.exp(north)) - Math.PI / 2), degrees(longitude)];
    const world = (factor * pixels / width) * 2 * Math.PI;
    this.map.setView(middle, Math.log2(world / 256), { animate: false });
    this.thin();
    this.writeNames();
  }

  async fetchGround() {
    const answer = await fetch(this.box.dataset.ground).catch(() => null);
    if (!answer?.ok) return;
    const told = await answer.json();
    const renderer = L.canvas({ pane: 'ground', padding: 0.1 });
    for (const [kind, weight] of Object.entries(ROADS)) {
      const lines = (told.roads[kind] ?? []).map(unpacked);
      const color = this.colour(`var(--road-${kind})`);
      const style = { kind, renderer, pane: 'ground', interactive: false, weight, color, opacity: 1, smoothFactor: 1.5 };
      if (lines.length) L.polyline(lines, style).addTo(this.roads);
    }
    this.thin();
    this.towns = told.towns;
    this.credit = told.attribution;
    this.writeNames();
    this.writeCredit();
  }

  // A canvas knows no light-dark(): the browser says what a colour is now.
  colour(given) {
    const probe = this.map.getContainer();
    probe.style.color = given;
    const { color } = getComputedStyle(probe);
    probe.style.color = '';
    return color;
  }

  // From afar the smaller classes go and the others become thin.
  thin() {
    const zoom = this.map.getZoom();
    const share = Math.min(1, Math.max(0.4, (zoom - 6) / 6));
    this.roads.eachLayer((line) => {
      const { kind } = line.options;
      line.setStyle({ weight: ROADS[kind] * share, opacity: zoom < (FROM[kind] ?? 0) ? 0 : 1 });
    });
  }

  // Names of towns, the first ones first, none over another or over one that the picture has.
  writeNames() {
    this.names.clearLayers();
    const own = [...this.picture.querySelectorAll('.map-town, .map-depot-name, .pin-other text')]
      .filter((text) => text.checkVisibility());
    const spoken = new Set(own.map((text) => text.textContent));
    const origin = this.box.getBoundingClientRect();
    const taken = own.map((text) => text.getBoundingClientRect()).map((there) => ({
      left: there.left - origin.left, right: there.right - origin.left,
      top: there.top - origin.top, bottom: there.bottom - origin.top,
    }));
    const { x: wide, y: high } = this.map.getSize();
    let written = 0;
    for (const [latitude, longitude, name] of this.towns) {
      if (written >= MOST_NAMES) break;
      const at = this.map.latLngToContainerPoint([latitude, longitude]);
      const reach = 4 + name.length * LETTER * (name.codePointAt(0) > 0x2e80 ? 0.54 : 0.32);
      const room = { left: at.x - reach, right: at.x + reach, top: at.y - 10, bottom: at.y + 10 };
      const outside = room.left < 0 || room.right > wide || room.top < 0 || room.bottom > high;
      if (outside || spoken.has(name) || taken.some((other) => overlap(room, other))) continue;
      taken.push(room);
      written += 1;
      const label = document.createElement('span');
      label.textContent = name;
      const icon = L.divIcon({ html: label, className: 'base-name', iconSize: [0, 0] });
      L.marker([latitude, longitude], { icon, pane: 'names', interactive: false, keyboard: false }).addTo(this.names);
    }
  }

  // Own names hide under tiles, which have theirs; whose data is seen is always said.
  showTiles(shown) {
    this.box.classList.toggle('shows-tiles', shown);
    this.writeCredit();
  }

  writeCredit() {
    const shown = this.box.classList.contains('shows-tiles');
    const tiles = this.box.querySelector('[data-credit-tiles]');
    const ground = this.box.querySelector('[data-credit-ground]');
    if (tiles) tiles.hidden = !shown;
    const roads = this.roads.getLayers().length > 0;
    ground.textContent = this.credit ?? '';
    ground.hidden = !roads || shown;
    creditOnce(this.box.closest('.card'));
  }
}

function degrees(radians) {
  return radians * 180 / Math.PI;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
