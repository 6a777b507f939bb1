import { refused } from '../../graph/operator.js';

/** The gradient of operators that lowering makes: graphs are differentiated before they are lowered. */
export const onlyLowered = refused('only lowered graphs have it');
