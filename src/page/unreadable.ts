/** A file that is no picture that can be classified; the message says why. */
export class Unreadable extends Error {}
