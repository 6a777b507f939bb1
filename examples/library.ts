/** Fine-tunes a network from your own program, then asks it about a picture: `node library.js DATA MODEL IMAGE`. */
import { predict, type RunEvent, train } from '../src/index.js';

const [data = 'flowers', model = 'mobilenet-v2', image = 'flower.jpg'] = process.argv.slice(2);
const onEvent = (event: RunEvent) => {
  if (event.type === 'epoch') console.log('epoch', event.epoch, event.metrics.val_accuracy);
};
const { run, test_accuracy } = await train({ data, model, epochs: 2 }, { onEvent });
console.log('test accuracy', test_accuracy);
const [answer] = await predict({ run, images: [image], top: 1 });
console.log(image, 'shows', answer?.classes?.[0]?.name ?? answer?.error?.message);
