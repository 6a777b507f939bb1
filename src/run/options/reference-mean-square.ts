/**
 * What the unit `features` refers to: the mean square of the pooled features of the paper's ResNet-50 (ImageNet
 * classification), for which lambda = 1 was found.
 *
 * The AdaRand paper's Table 1 has, averaged over the 2048 coordinates, a mean of 0.418 and a "variance" of 0.269 on
 * Stanford Cars. The mean square would be 0.418^2 + 0.269 = 0.44 if that is a variance, and 0.418^2 + 0.269^2 = 0.25 if
 * it is a standard deviation. The row of SimCLR decides: its batches' mean features have the norm 1.34, so that
 *
 *     mean over coordinates of (mean_j^2 + variance_j / B) = 1.34^2 / 2048 = 0.00088,
 *
 * and its means, 0.026 on average, take at least 0.026^2 = 0.00068 of that. At most 0.0002 B remain for the variance, or
 * 0.00023 B with what rounding may hide. A variance of 0.0397, as that row says, needs batches of more than 170 images;
 * a standard deviation of 0.0397 (variance 0.0016) needs 7. Published implementations train with 32 and 64.
 */
export const REFERENCE_MEAN_SQUARE = 0.25;
