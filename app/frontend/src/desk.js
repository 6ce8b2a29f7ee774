import { askFirst } from './ask.js';
import { watchRun } from './board.js';
import { filterAtOnce } from './filters.js';

askFirst();
filterAtOnce();
watchRun();
