// Writes the traces in samples/: programs of demos/, and what they do not show, told by the executor beside this file.
// node tests/page/make-samples.mjs

import { Barrier, Condition, Event, Executor, Lock, Queue, Semaphore, gather } from './executor.mjs';
import { writeFileSync } from 'node:fs';

const SECOND = 1_000_000;
const MAIN = 'demos/run.rs:63:78';

/** Places in a file. */
const places = (file) => (row, column = 5) => `${file}:${row}:${column}`;

export const SAMPLES = {
  club({ everybody = false } = {}) {
    const at = places('demos/programs/club.rs');
    return new Executor('club', function* (run) {
      const club = new Condition(run, at(19, 24), 'club');
      const guest = (name) => function* () {
        yield* club.lock.lock(at(26, 22));
        run.say(`${name} wants to enter the club.`);
        yield* club.wait(at(28, 23), at(26, 22));
        run.say(`${name} enters the club.`);
        club.lock.release(at(28, 23));
      };
      const guests = ['Alice', 'Bob'].map((name) => run.spawn(guest(name), at(20, 57), name));
      const bouncer = run.spawn(function* () {
        yield* run.sleep(2 * SECOND, at(33));
        yield* club.lock.lock(at(34, 22));
        run.say('Bouncer signals someone can enter.');
        club.notify(at(36, 10), everybody ? null : 1);
        club.lock.release(at(34, 22));
      }, at(21, 35), 'bouncer');
      yield* gather(run, at(22), [...guests, bouncer]);
    }, MAIN).run();
  },

  'club-all': () => SAMPLES.club({ everybody: true }),

  crosswalk() {
    const at = places('demos/programs/crosswalk.rs');
    return new Executor('crosswalk', function* (run) {
      const light = new Event(run, at(17, 25), 'light');
      const tasks = [
        run.spawn(function* () {
          run.say('Pedestrian is waiting for the signal.');
          yield* light.wait(at(23, 11));
          run.say('Pedestrian crosses the street.');
        }, at(18), 'pedestrian'),
        run.spawn(function* () {
          run.say('Traffic light is red.');
          yield* run.sleep(2 * SECOND, at(29));
          run.say('Traffic light turns green.');
          light.set(at(31, 11));
        }, at(18), 'traffic_light'),
      ];
      yield* gather(run, at(18), tasks);
    }, MAIN).run();
  },

  'lock-circle'() {
    const at = places('examples/circle.rs');
    return new Executor('circle', function* (run) {
      const [left, right] = [new Lock(run, at(5, 16), 'left'), new Lock(run, at(6, 17), 'right')];
      const takes = (first, second, row) => function* () {
        yield* first.lock(at(row + 1, 30));
        run.say(`${run.running.name} has one lock`);
        yield* run.sleep(SECOND, at(row + 3, 9));
        yield* second.lock(at(row + 4, 31));
        second.release(at(row + 4, 31));
        first.release(at(row + 1, 30));
      };
      const tasks = [
        run.spawn(takes(left, right, 9), at(9, 27), 'Ann'),
        run.spawn(takes(right, left, 16), at(16, 27), 'Ben'),
      ];
      yield* gather(run, at(22), tasks);
    }, MAIN).run();
  },

  barrier() {
    const at = places('demos/programs/barrier.rs');
    return new Executor('barrier', function* (run) {
      const line = new Barrier(run, at(21, 24), 'line', 3);
      const runner = (number, warmUp, goes) => function* () {
        yield* run.sleep(warmUp * SECOND, at(30));
        run.say(`Runner ${number} is at the start.`);
        yield* line.wait(at(32, 10));
        run.say(`Runner ${number} is off.`);
        yield* run.sleep(goes * SECOND, at(34));
        run.say(`Runner ${number} has finished.`);
        yield* line.wait(at(36, 21));
      };
      const runners = [[3, 2], [1, 3], [2, 1]].map(([warmUp, goes], number) =>
        run.spawn(runner(number, warmUp, goes), at(24, 42), `runner ${number}`));
      yield* gather(run, at(26), runners);
    }, MAIN).run();
  },

  queue() {
    const at = places('demos/programs/producers.rs');
    return new Executor('producers', function* (run) {
      const counter = new Queue(run, at(19, 27), 'counter', 2);
      const cook = (dish) => function* () {
        for (let number = 1; number <= 3; number += 1) {
          yield* counter.put(at(33, 17), `${dish} ${number}`);
          run.say(`${dish} ${number} is on the counter.`);
        }
      };
      const waiter = (seconds) => function* () {
        for (;;) {
          const dish = yield* counter.get(at(39, 37));
          if (!dish) break;
          run.say(`The ${seconds}-second waiter takes ${dish}.`);
          yield* run.sleep(seconds * SECOND, at(41, 9));
        }
        run.say(`The ${seconds}-second waiter goes home.`);
      };
      const cooks = ['Soup', 'Bread'].map((dish) => run.spawn(cook(dish), at(20, 82), `${dish} cook`));
      const waiters = [2, 5].map((seconds) => run.spawn(waiter(seconds), at(23, 20), `${seconds}-second waiter`));
      yield* gather(run, at(25), cooks);
      run.say('The counter closes.');
      counter.close(at(27, 13));
      yield* gather(run, at(28), waiters);
    }, MAIN).run();
  },

  semaphore() {
    const at = places('demos/programs/semaphore.rs');
    const pages = [[1, [1, 2]], [2, [3, 4]], [3, [5, 6]], [3, []], [5, []], [2, []], [4, []]];
    return new Executor('semaphore', function* (run) {
      const site = new Semaphore(run, at(22, 24), 'site', 2);
      function* crawl(page) {
        run.say(`Page ${page} is known.`);
        const [seconds, links] = pages[page];
        yield* site.acquire(at(32, 27), page > 4 ? 2 : 1);
        run.say(`Page ${page} is being fetched.`);
        yield* run.sleep(seconds * SECOND, at(34, 9));
        run.say(`Page ${page} is here, with ${links.length} links.`);
        site.release(at(32, 27), page > 4 ? 2 : 1);
        yield* gather(run, at(37, 9), links.map((link) => run.spawn(() => crawl(link), at(37, 9), 'crawl')));
      }
      yield* crawl(0);
      run.say('The crawl is over.');
    }, MAIN).run();
  },

  'resource-condition'({ workers = 5 } = {}) {
    const at = places('demos/programs/resource_condition.rs');
    return new Executor('resource-condition', function* (run) {
      const places = new Condition(run, at(46, 18), 'places in use');
      let inUse = 0;
      const work = (number) => function* () {
        run.say(`Worker ${number} trying to acquire`);
        yield* places.lock.lock(at(27, 37));
        yield* places.waitFor(at(35, 22), at(27, 37), () => inUse < 2);
        inUse += 1;
        places.lock.release(at(27, 37));
        run.say(`Worker ${number} acquired resource`);
        yield* run.sleep(2 * SECOND, at(58));
        yield* places.lock.lock(at(39, 41));
        inUse -= 1;
        places.notify(at(41, 21), 1);
        places.lock.release(at(39, 41));
        run.say(`Worker ${number} released resource`);
      };
      const tasks = Array.from({ length: workers }, (_, number) => run.spawn(work(number), at(48), 'work'));
      yield* gather(run, at(48), tasks);
    }, MAIN).run();
  },

  /** As many events as asked for, at least: tasks that pass items on, sleep, and end. */
  many({ events = 100_000, tasks = 60 } = {}) {
    const at = places('examples/many.rs');
    return new Executor('many', function* (run) {
      const belts = Array.from({ length: 8 }, (_, number) => new Queue(run, at(10, 9), `belt ${number}`, 3));
      const shared = new Lock(run, at(11, 9), 'ledger');
      let generation = 0;
      while (run.events < events) {
        generation += 1;
        const body = (number) => function* () {
          for (let item = 0; item < 5; item += 1) {
            const belt = belts[((number >> 1) + item) % belts.length];
            yield* (number % 2 ? belt.get(at(20, 13)) : belt.put(at(22, 13), item));
            if (item % 2) yield* run.sleep(1000 * (1 + (number % 7)), at(24, 13));
            yield* shared.lock(at(26, 13));
            yield* run.yields(at(27, 13));
            shared.release(at(26, 13));
          }
          run.say(`${run.running.name} of generation ${generation} is done`);
        };
        const all = Array.from({ length: tasks }, (_, number) => run.spawn(body(number), at(30, 9), `hand ${number}`));
        yield* gather(run, at(31, 9), all);
      }
    }, MAIN).run();
  },
};

if (import.meta.url === `file://${process.argv[1]}`) {
  for (const [name, make] of Object.entries(SAMPLES)) {
    if (name !== 'many') writeFileSync(new URL(`samples/${name}.jsonl`, import.meta.url), make());
  }
}
