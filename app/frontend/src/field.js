import { askFirst } from './ask.js';
import { tellPlace } from './place.js';

askFirst();
tellPlace();
