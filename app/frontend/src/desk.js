import { askFirst } from './ask.js';
import { filterAtOnce } from './filters.js';

askFirst();
filterAtOnce();
