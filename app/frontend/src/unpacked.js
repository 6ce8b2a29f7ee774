// Places of an encoded polyline with five decimals, as in routing/travel/ground.py.
export function unpacked(text) {
  const places = [];
  const at = [0, 0];
  let axis = 0;
  for (let i = 0; i < text.length; axis = 1 - axis) {
    let value = 0;
    let shift = 0;
    let piece;
    do {
      piece = text.charCodeAt(i++) - 63;
      value |= (piece & 31) << shift;
      shift += 5;
    } while (piece >= 32);
    at[axis] += value & 1 ? ~(value >> 1) : value >> 1;
    if (axis === 1) places.push([at[0] / 1e5, at[1] / 1e5]);
  }
  return places;
}
