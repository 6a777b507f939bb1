import type { Reference } from '../about.js';

/** The paper that this project is named after; it describes RandReg as it is compared here, too. */
export const adarandPaper = {
  title: 'Adaptive Random Feature Regularization on Fine-tuning Deep Neural Networks',
  authors: ["Shin'ya Yamaguchi", 'Sekitoshi Kanai', 'Kazuki Adachi', 'Daiki Chijiwa'],
  venue: 'CVPR',
  year: 2024,
  url: 'https://arxiv.org/abs/2403.10097',
  arxiv: '2403.10097',
} as const satisfies Reference;

/** Where the weight 1 of AdaRand and RandReg comes from. */
export const adarandLambda = "the AdaRand authors' setting, with a mean over batch and features";

/** How that weight goes with what the paper writes. */
export const adarandReduction =
  'The AdaRand paper writes ||g - z||_2^2, a sum over the d features of an image; its weight of 1 belongs to the mean over ' +
  'images and features, which is d times smaller. A weight w of the sum is lambda = w d with reduction = mean.';
