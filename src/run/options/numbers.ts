/** Types that many options have. */
import { z } from 'zod';

/** A new schema each time: each is registered with a description of its own. */
export const path = () => z.string().min(1);
export const positive = z.number().positive();
export const count = z.number().int().min(1);
export const epochCount = () => z.number().int().min(0);
export const share = z.number().min(0).lt(1);
