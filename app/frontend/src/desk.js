import { askFirst } from './ask.js';
import { watchRun } from './board.js';
import { layBases } from './base.js';
import { filterAtOnce } from './filters.js';
import { movePins } from './pin.js';
import { drawWays } from './ways.js';

askFirst();
drawWays();
filterAtOnce();
layBases();
movePins();
watchRun();
