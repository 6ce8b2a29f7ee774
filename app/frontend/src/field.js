import { askFirst } from './ask.js';
import { keepRound } from './kept.js';
import { tellPlace } from './place.js';
import { drawRound } from './round.js';

askFirst();
tellPlace();
drawRound();
keepRound();
