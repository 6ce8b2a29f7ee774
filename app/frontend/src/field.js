import { askFirst } from './ask.js';
import { drawRound } from './round.js';

askFirst();
drawRound();
