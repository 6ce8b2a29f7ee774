import { askFirst } from './ask.js';
import { keepRound } from './kept.js';
import { drawRound } from './round.js';

askFirst();
drawRound();
keepRound();
