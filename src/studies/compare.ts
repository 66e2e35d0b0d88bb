/** The studies behind Compare. */
import { compare } from './compare/columns';
import { divergence } from './compare/divergence';
import { moment } from './compare/moment';
import { pace } from './compare/pace';
import { reach } from './compare/reach';
import type { AnyStudy } from './study';

export const comparing: readonly AnyStudy[] = [compare, moment, reach, pace, divergence];
