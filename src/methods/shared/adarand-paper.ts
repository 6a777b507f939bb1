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
