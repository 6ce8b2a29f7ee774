import { askFirst } from './ask.js';

askFirst();
