// Paints a pmtiles file in the browser, without WebGL: the layers of the OpenMapTiles schema, names in
// the reader's language where the map has them, with the browser's own fonts.

import * as L from 'leaflet';
import {
  CenteredTextSymbolizer, LineLabelSymbolizer, LineSymbolizer, PmtilesSource, PolygonSymbolizer, exp, leafletLayer,
} from 'protomaps-leaflet';
import { PMTiles } from 'pmtiles';

const LAND = '#f4f1ea';
const INK = '#3f4750';
const FONT = 'sans-serif';
const GREEN = ['wood', 'forest', 'grass', 'park', 'scrub', 'wetland'];
const BUILT = ['residential', 'suburb', 'neighbourhood', 'quarter'];
const WORK = ['industrial', 'commercial', 'retail', 'railway'];
const WIDTHS = {
  motorway: [[6, 0.7], [10, 2], [14, 5], [18, 20]], trunk: [[7, 0.7], [10, 1.7], [14, 4.5], [18, 18]],
  primary: [[8, 0.6], [10, 1.3], [14, 4], [18, 16]], secondary: [[9, 0.6], [12, 1.5], [14, 3.2], [18, 14]],
  tertiary: [[10, 0.5], [12, 1.2], [14, 2.8], [18, 12]], minor: [[12, 0.5], [14, 1.8], [18, 10]],
  service: [[13, 0.4], [15, 1.2], [18, 5]], path: [[14, 0.5], [18, 2]], rail: [[10, 0.5], [14, 1], [18, 2]],
};
const COLOURS = { motorway: '#e8a05f', trunk: '#efb273', primary: '#f6cf86', path: '#b9a58c', rail: '#a3a6ad' };

export async function vectorLayer(address, language) {
  const file = new PMTiles(address);
  const { maxZoom } = await file.getHeader(); // refuses where nobody answers
  globalThis.L = L; // where protomaps-leaflet looks for it
  return leafletLayer({
    url: file, maxDataZoom: maxZoom, maxZoom: 26, attribution: '', lang: language, backgroundColor: LAND,
    paintRules: paint(), labelRules: labels([`name:${language}`, 'name', 'name:latin']),
  });
}

function paint() {
  const roads = ['path', 'service', 'minor', 'tertiary', 'secondary', 'primary', 'trunk', 'motorway'];
  return [
    area('landuse', '#eae6df', BUILT), area('landuse', '#e6e2e6', WORK), area('landcover', '#d7e5c8', GREEN),
    area('park', '#cfe3c3'), area('water', '#a9cfe0'), line('waterway', '#a9cfe0', [[8, 0.5], [14, 1.6], [18, 6]]),
    area('building', '#dcd5ca'), line('boundary', '#b49bb5', [[4, 0.6], [14, 1]], null, [4, 3]),
    line('transportation', COLOURS.rail, WIDTHS.rail, 'rail', [5, 2]),
    ...roads.map((kind) => line('transportation', '#c9c2b6', WIDTHS[kind].map(([z, w]) => [z, w + 1.2]), kind)),
    ...roads.map((kind) => line('transportation', COLOURS[kind] ?? '#ffffff', WIDTHS[kind], kind)),
  ];
}

function labels(labelProps) {
  const words = { labelProps, fill: INK, stroke: LAND, width: 2, fontFamily: FONT };
  const place = (kinds, fontSize, minzoom) => ({
    dataLayer: 'place', minzoom, filter: among(kinds),
    symbolizer: new CenteredTextSymbolizer({ ...words, fontSize, fontWeight: 600 }),
  });
  return [
    place(['city'], 16, 5), place(['town'], 14, 8), place(['village', 'suburb'], 12, 11),
    place(['hamlet', 'quarter', 'neighbourhood'], 11, 13),
    { dataLayer: 'transportation_name', minzoom: 13, symbolizer: new LineLabelSymbolizer({ ...words, fontSize: 11 }) },
  ];
}

function area(dataLayer, fill, kinds) {
  return { dataLayer, symbolizer: new PolygonSymbolizer({ fill }), filter: among(kinds) };
}

function line(dataLayer, color, stops, kind, dash) {
  const dashed = dash ? { dash, dashColor: color, dashWidth: exp(1.6, stops) } : {};
  const symbolizer = new LineSymbolizer({ color, width: exp(1.6, stops), lineCap: 'round', lineJoin: 'round', ...dashed });
  return { dataLayer, symbolizer, minzoom: stops[0][0], filter: among(kind && [kind]) };
}

function among(kinds) {
  return kinds ? (_zoom, feature) => kinds.includes(feature.props.class) : undefined;
}
