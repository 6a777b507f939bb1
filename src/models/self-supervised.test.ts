import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float32, type Tensor, zeros } from '../graph/tensor.js';
import type { Network } from '../nn/network.js';
import { resNet } from '../nn/resnet/resnet.js';
import { vit } from '../nn/vit/vit.js';
import { networkOf } from './detect.js';

const small = resNet(
  {
    name: 'small',
    stem: { kind: 'standard', channels: [4] },
    stages: [4, 6, 8, 10].map((width) => ({ blocks: 1, width, out: 4 * width })),
    bottleneck: true,
  },
  { seed: 1 },
);
const transformer = vit({ imageSize: 16, patch: 8, width: 192, depth: 2, heads: 3 }, { seed: 2 });

/** A network's tensors below a prefix, times a factor. */
function below(prefix: string, { parameters, buffers }: Network, factor = 1): [string, Tensor][] {
  const all = [...[...parameters].map(([name, { tensor }]) => [name, tensor] as const), ...buffers];
  return all.map(([name, { shape, data }]) => [
    prefix + name,
    float32(
      shape,
      data.map((x) => factor * x),
    ),
  ]);
}

const vectors = (...names: string[]): [string, Tensor][] =>
  names.map((name) => [name, zeros('float32', [3])]);

function batchNorm(name: string): [string, Tensor][] {
  const counter: [string, Tensor] = [`${name}.num_batches_tracked`, zeros('int64', [])];
  return [
    ...vectors(`${name}.weight`, `${name}.bias`, `${name}.running_mean`, `${name}.running_var`),
    counter,
  ];
}

/** As `nn.Sequential(*resnet.children())` calls a tensor. */
function inARow(name: string): string {
  const children = ['conv1', 'bn1', 'relu', 'maxpool', 'layer1', 'layer2', 'layer3', 'layer4'];
  return name.replace(/(?<=^backbone[.])\w+/, (child) => String(children.indexOf(child)));
}

interface Case {
  readonly title: string;
  readonly network: Network;
  readonly tensors: readonly [string, Tensor][];
  readonly notes: readonly RegExp[];
}

const projection = (count: number) =>
  new RegExp(`the projection head of self-supervised training \\(${count} tensors\\)`);

const cases: readonly Case[] = [
  {
    title: 'MoCo',
    network: small,
    tensors: [
      ...below('module.encoder_q.', small),
      ...vectors('module.encoder_q.fc.weight', 'module.encoder_q.fc.bias'),
      ...below('module.encoder_k.', small, 2),
      ...vectors('module.encoder_k.fc.weight', 'module.encoder_k.fc.bias', 'module.queue'),
      ['module.queue_ptr', zeros('int64', [1])],
    ],
    notes: [
      projection(2),
      /the queue .* \(2 tensors\)/,
      /module\.encoder_q\. is used, not module\.encoder_k\./,
    ],
  },
  {
    title: 'MoCo v2',
    network: small,
    tensors: [
      ...below('state_dict.module.encoder_q.', small),
      ...vectors('state_dict.module.encoder_q.fc.0.weight', 'state_dict.module.encoder_q.fc.0.bias'),
      ...vectors('state_dict.module.encoder_q.fc.2.weight', 'state_dict.module.encoder_q.fc.2.bias'),
      ...vectors('state_dict.module.queue'),
    ],
    notes: [projection(4), /the queue/, /the encoder under state_dict\.module\.encoder_q\. is used/],
  },
  {
    title: 'MoCo v3',
    network: transformer,
    tensors: [
      ...below('module.base_encoder.', transformer),
      ...vectors('module.base_encoder.head.0.weight', 'module.base_encoder.head.3.weight'),
      ...batchNorm('module.base_encoder.head.1'),
      ...below('module.momentum_encoder.', transformer, 2),
      ...vectors('module.momentum_encoder.head.0.weight', 'module.predictor.0.weight'),
      ...batchNorm('module.predictor.1'),
    ],
    notes: [projection(2 + 4 + 1 + 4), /base_encoder\. is used, not module\.momentum_encoder\./],
  },
  {
    title: 'MoCo v3 with a ResNet',
    network: small,
    tensors: [
      ...below('module.base_encoder.', small),
      ...vectors('module.base_encoder.fc.0.weight'),
      ...batchNorm('module.base_encoder.fc.1'),
      ...below('module.momentum_encoder.', small, 2),
      ...vectors('module.momentum_encoder.fc.0.weight'),
    ],
    notes: [projection(5)],
  },
  {
    title: 'SimCLR',
    network: small,
    tensors: [
      ...below('backbone.', small),
      ...vectors('backbone.fc.0.weight', 'backbone.fc.0.bias', 'backbone.fc.2.weight', 'backbone.fc.2.bias'),
    ],
    notes: [projection(4), /the encoder under backbone\. is used/],
  },
  {
    title: 'SimCLR with the layers in a row',
    network: small,
    tensors: [
      ...below('backbone.', small).map(([name, tensor]): [string, Tensor] => [inARow(name), tensor]),
      ...vectors('projection_head.layers.0.weight', 'projection_head.layers.3.weight'),
    ],
    notes: [projection(2), /the encoder under backbone\. is used/],
  },
  {
    title: 'SimCLR with a head beside the encoder',
    network: small,
    tensors: [
      ...below('model.module.encoder.', small),
      ...vectors('model.module.head.0.weight', 'model.module.head.2.weight'),
    ],
    notes: [projection(2)],
  },
  {
    title: 'Barlow Twins',
    network: small,
    tensors: [
      ...below('model.module.backbone.', small),
      ...vectors('model.module.projector.0.weight', 'model.module.projector.3.weight'),
      ...batchNorm('model.module.projector.1'),
      ...vectors('model.module.bn.running_mean', 'model.module.bn.running_var'),
    ],
    notes: [projection(8)],
  },
  {
    title: 'DINO',
    network: transformer,
    tensors: [
      ...below('student.module.backbone.', transformer, 2),
      ...vectors('student.module.head.mlp.0.weight', 'student.module.head.last_layer.weight_g'),
      ...below('teacher.backbone.', transformer),
      ...vectors('teacher.head.mlp.0.weight', 'teacher.head.mlp.0.bias'),
      ...vectors('teacher.head.last_layer.weight_g', 'teacher.head.last_layer.weight_v', 'dino_loss.center'),
    ],
    notes: [
      projection(4),
      /the state of the loss \(1 tensors\)/,
      /teacher\.backbone\. is used, not student\.module\.backbone\./,
    ],
  },
  {
    title: "DINO's student alone",
    network: transformer,
    tensors: [
      ...below('module.backbone.', transformer),
      ...vectors('module.head.mlp.0.weight', 'module.head.mlp.2.bias', 'module.head.last_layer.weight_g'),
    ],
    notes: [projection(3)],
  },
  {
    title: 'MAE',
    network: transformer,
    tensors: [
      ...below('model.', transformer),
      ...vectors('model.mask_token', 'model.decoder_pos_embed', 'model.decoder_embed.weight'),
      ...vectors('model.decoder_blocks.0.norm1.weight', 'model.decoder_norm.bias', 'model.decoder_pred.bias'),
    ],
    notes: [/the decoder of masked training \(6 tensors\)/],
  },
  {
    title: 'SwAV',
    network: small,
    tensors: [
      ...below('module.', small),
      ...vectors('module.projection_head.0.weight', 'module.projection_head.3.weight'),
      ...batchNorm('module.projection_head.1'),
      ...vectors('module.prototypes.weight', 'module.prototypes.prototypes1.weight'),
    ],
    notes: [projection(8)],
  },
  {
    title: 'BYOL',
    network: small,
    tensors: [
      ...below('online_encoder.net.', small),
      ...vectors('online_encoder.projector.0.weight', 'online_predictor.0.weight'),
      ...below('target_encoder.net.', small, 2),
      ...vectors('target_encoder.projector.0.weight'),
    ],
    notes: [/online_encoder\.net\. is used, not target_encoder\.net\./, /projection head/],
  },
  {
    title: 'BYOL of networks',
    network: small,
    tensors: [
      ...below('state_dict.online_network.encoder.', small),
      ...vectors('state_dict.online_network.projector.model.0.weight', 'state_dict.predictor.model.0.weight'),
      ...below('state_dict.target_network.encoder.', small, 2),
      ...vectors('state_dict.target_network.projector.model.0.weight'),
    ],
    notes: [/online_network\.encoder\. is used, not state_dict\.target_network\.encoder\./],
  },
  {
    title: 'an average of weights beside the last ones',
    network: small,
    tensors: [
      ...below('model.', small, 2),
      ...vectors('model.some.other'),
      ...below('model_ema.module.', small),
    ],
    notes: [/under model_ema\.module\. is used, not model\./],
  },
];

for (const { title, network, tensors, notes } of cases)
  test(`the encoder in a file of ${title} is found, and the rest is named`, () => {
    const opened = networkOf(new Map(tensors), 'file');
    for (const [name, { tensor }] of network.parameters)
      assert.deepEqual(opened.parameters.get(name)?.tensor, tensor, name);
    assert.equal(opened.pretrainedHead, undefined);
    const said = opened.notes?.join('\n') ?? '';
    for (const note of notes) assert.match(said, note);
    assert.match(said, /no classifier of its own/);
  });

for (const { title, tensors } of cases)
  test(`what is not known beside the encoder of ${title} is refused`, () => {
    const more = new Map(tensors).set('somewhere.weight', zeros('float32', [3]));
    assert.throws(() => networkOf(more, 'file'), {
      code: 'model.unused-tensor',
      message: /somewhere\.weight/,
    });
  });

test("a classifier beside the encoder, where the library's names have it, is found below what wraps both", () => {
  const { weight, bias } = { weight: zeros('float32', [5, 40]), bias: zeros('float32', [5]) };
  const file = new Map([
    ...below('module.backbone.', small),
    ['module.fc.weight', weight],
    ['module.fc.bias', bias],
  ]);
  const network = networkOf(file, 'file');
  assert.deepEqual(network.pretrainedHead?.weight, weight);
});
