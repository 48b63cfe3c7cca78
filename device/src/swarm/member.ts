/** A process of a swarm: many publishers, or many viewers. Its parent tells it which, and asks what they saw. */
import { Cast } from './cast.ts';
import { orderSchema, type Answer, type Order } from './plan.ts';

const answer = (message: Answer) => process.send?.(message);

const cast = new Cast();

async function follow(order: Order): Promise<Answer> {
  switch (order.order) {
    case 'run':
      return { answer: 'running', outcomes: await cast.begin(order.plan) };
    case 'play':
      cast.play(order.playing);
      return { answer: 'done' };
    case 'take':
      return cast.take();
  }
}

process.on('message', (message) => {
  const done = follow(orderSchema.parse(message)).then(answer);
  done.catch((error: unknown) => {
    answer({
      answer: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    process.exit(1);
  });
});
// Nobody is left to measure.
process.once('disconnect', () => process.exit(0));
