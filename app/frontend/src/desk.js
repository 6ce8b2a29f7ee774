import { askFirst } from './ask.js';
import { watchRun } from './board.js';
import { filterAtOnce } from './filters.js';
import { movePins } from './pin.js';
import { drawWays } from './ways.js';

askFirst();
drawWays();
filterAtOnce();
movePins();
watchRun();
