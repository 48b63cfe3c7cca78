/** A process of a swarm: many publishers, or many viewers. Its parent tells it which, and asks what they saw. */
import { Cast } from './cast.ts';
import { orderSchema, type Answer } from './plan.ts';

const answer = (message: Answer) => process.send?.(message);

const cast = new Cast();
process.on('message', (message) => {
  const order = orderSchema.parse(message);
  const done =
    order.order === 'run'
      ? cast.begin(order.plan).then((outcomes) => answer({ answer: 'running', outcomes }))
      : Promise.resolve(answer(cast.take()));
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
