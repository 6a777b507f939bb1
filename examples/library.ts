/** Fine-tunes a network from your own program, then asks it about a picture: `node library.js DATA MODEL IMAGE`. */
import { readFile } from 'node:fs/promises';
import { predict, type RunEvent, train } from '../src/index.js';

const [data = 'flowers', model = 'mobilenet-v2', image = 'flower.jpg'] = process.argv.slice(2);
const onEvent = (event: RunEvent) => {
  if (event.type === 'epoch') console.log('epoch', event.epoch, event.metrics.val_accuracy);
};
const { run, test_accuracy } = await train({ data, model, epochs: 2 }, { onEvent });
console.log('test accuracy', test_accuracy);

// An image is a path, or the bytes of an image file, from wherever they come.
const uploaded = { name: 'an upload', bytes: await readFile(image) };
for (const { image: name, classes, error } of await predict({ run, images: [image, uploaded], top: 1 }))
  console.log(name, 'shows', classes?.[0]?.name ?? error?.message);
