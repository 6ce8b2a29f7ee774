// The pin of an address: dragged, moved with the arrow keys, or put on a candidate by its number.
// The map's picture is spherical Mercator (app/desk/board/ground.py), y downwards.

export function movePins(root = document) {
  const map = root.querySelector('[data-pin-map]');
  if (map) new PinMap(map, root.querySelector('[data-pin-form]'), root.querySelector('[data-pin-tools]'));
}

const STEP = 4; // of the picture's units at the widest zoom
const CLOSEST = 256;

class PinMap {
  constructor(map, form, tools) {
    this.map = map;
    this.pin = map.querySelector('[data-pin]');
    this.latitude = form.elements.latitude;
    this.longitude = form.elements.longitude;
    this.form = form;
    this.whole = map.viewBox.baseVal.width;
    this.high = map.viewBox.baseVal.height;
    this.zoom = 1;
    this.at = this.pin.dataset.at.split(' ').map(Number);
    tools.hidden = false;
    tools.addEventListener('click', (event) => {
      const by = event.target.closest('[data-zoom]');
      if (by) this.zoomBy(Number(by.dataset.zoom));
    });
    this.drag();
    this.pin.addEventListener('keydown', (event) => this.arrow(event));
    document.addEventListener('keydown', (event) => this.key(event));
    for (const field of [this.latitude, this.longitude]) {
      field.addEventListener('change', () => this.typed());
    }
    this.typed();
  }

  drag() {
    this.pin.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      this.pin.focus();
      this.pin.setPointerCapture(event.pointerId);
      const from = this.pointer(event);
      this.grip = [this.at[0] - from[0], this.at[1] - from[1]];
    });
    this.pin.addEventListener('pointermove', (event) => {
      if (!this.grip) return;
      const to = this.pointer(event);
      this.put([to[0] + this.grip[0], to[1] + this.grip[1]]);
    });
    for (const end of ['pointerup', 'pointercancel']) {
      this.pin.addEventListener(end, () => { this.grip = null; });
    }
  }

  pointer(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.map.getScreenCTM().inverse());
    return [point.x, point.y];
  }

  arrow(event) {
    const step = (event.shiftKey ? 10 : 1) * STEP / this.zoom;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (event.key === 'Enter') this.form.requestSubmit();
    if (!by) return;
    event.preventDefault();
    this.put([this.at[0] + by[0], this.at[1] + by[1]]);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
    if (event.key === '+') this.zoomBy(2);
    if (event.key === '-') this.zoomBy(0.5);
    const chosen = (event.key.toLowerCase() === 'a' && document.querySelector('[data-arrival]'))
      || (/^[1-9]$/.test(event.key) && document.querySelector(`[data-candidate="${event.key}"]`));
    if (!chosen) return;
    this.latitude.value = chosen.dataset.latitude;
    this.longitude.value = chosen.dataset.longitude;
    this.typed();
    this.pin.focus();
  }

  // What stands in the fields moves the pin.
  typed() {
    const latitude = Number(this.latitude.value.replace(',', '.'));
    const longitude = Number(this.longitude.value.replace(',', '.'));
    if (!Number.isFinite(latitude) || !Number.isFinite(longitude) || Math.abs(latitude) > 85) return;
    const { factor, left, top } = this.frame();
    const north = Math.log(Math.tan(Math.PI / 4 + latitude * Math.PI / 360));
    this.at = [(longitude * Math.PI / 180 - left) * factor, (-north - top) * factor];
    this.draw();
  }

  // Where the pin is moved stands in the fields.
  put(at) {
    this.at = at;
    const { factor, left, top } = this.frame();
    const north = -(at[1] / factor + top);
    this.latitude.value = ((Math.atan(Math.exp(north)) * 2 - Math.PI / 2) * 180 / Math.PI).toFixed(6);
    this.longitude.value = ((at[0] / factor + left) * 180 / Math.PI).toFixed(6);
    this.draw();
  }

  frame() {
    const { factor, left, top } = this.map.dataset;
    return { factor: Number(factor), left: Number(left), top: Number(top) };
  }

  zoomBy(by) {
    this.zoom = Math.min(CLOSEST, Math.max(1, this.zoom * by));
    const wide = this.whole / this.zoom;
    const high = this.high / this.zoom;
    const x = this.zoom === 1 ? 0 : this.at[0] - wide / 2;
    const y = this.zoom === 1 ? 0 : this.at[1] - high / 2;
    this.map.setAttribute('viewBox', `${x} ${y} ${wide} ${high}`);
    this.draw();
  }

  // Signs keep their size on the screen, whatever the zoom.
  draw() {
    this.pin.dataset.at = this.at.join(' ');
    for (const sign of this.map.querySelectorAll('[data-at]')) {
      sign.setAttribute('transform', `translate(${sign.dataset.at}) scale(${1 / this.zoom})`);
    }
  }
}
