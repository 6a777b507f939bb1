/** The largest side of images that a network can be made for, and that they are resized to, in pixels. */
export const MAX_SIDE = 65_536;
