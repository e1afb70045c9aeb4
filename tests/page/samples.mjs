// Traces to look at: programs of demos/, and what they do not show, told by the executor beside this file.

import { Barrier, Condition, Event, Executor, Lock, Queue, Semaphore, gather } from './executor.mjs';
import { readFileSync, readdirSync } from 'node:fs';

const SECOND = 1_000_000;
const MAIN = 'demos/run.rs:63:78';

/** Where the traces of the demos are held to the byte. */
const GOLDEN = new URL('../demos/golden/', import.meta.url);

/** One of them, as text; a trace of greenlight's own if it is called `demo NAME`. */
export const sample = (name) =>
  name.startsWith('demo ') ? readFileSync(new URL(`${name.slice(5)}.jsonl`, GOLDEN), 'utf8') : SAMPLES[name]();

/** The demos, as greenlight tells them. */
export const demos = () => readdirSync(GOLDEN).map((file) => `demo ${file.replace('.jsonl', '')}`);

/** Those that are programs to look at. */
export const names = () => [...Object.keys(SAMPLES).filter((name) => name !== 'many' && name !== 'random'), ...demos()];

/** Places in a file: of the first line of code that has the text, or of a later one. */
const places = (file) => {
  const lines = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split('\n');
  return (text, nth = 1) => {
    const found = lines.flatMap((line, at) => (line.includes(text) && !/^\s*\/\//.test(line) ? [at] : []));
    if (found.length < nth) throw new Error(`${file} has no ${text}`);
    return `${file}:${found[nth - 1] + 1}:${lines[found[nth - 1]].indexOf(text) + 1}`;
  };
};

/** Numbers below a limit, from a seed. */
export function generator(seed) {
  let state = seed >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

export const SAMPLES = {
  club({ everybody = false } = {}) {
    const at = places('demos/programs/club.rs');
    return new Executor(
      'club',
      function* (run) {
        const club = new Condition(run, at('Condition::new'), 'club');
        const guest = (name) =>
          function* () {
            yield* club.lock.lock(at('club.lock()'));
            run.say(`${name} wants to enter the club.`);
            yield* club.wait(at('club.wait('), at('club.lock()'));
            run.say(`${name} enters the club.`);
            club.lock.release(at('club.wait('));
          };
        const guests = ['Alice', 'Bob'].map((name) => run.spawn(guest(name), at('spawn(guest('), name));
        const bouncer = run.spawn(
          function* () {
            yield* run.sleep(2 * SECOND, at('sleep('));
            yield* club.lock.lock(at('club.lock()', 2));
            run.say('Bouncer signals someone can enter.');
            club.notify(at('notify_one('), everybody ? null : 1);
            club.lock.release(at('club.lock()', 2));
          },
          at('spawn(bouncer('),
          'bouncer'
        );
        yield* gather(run, at('gather_tasks('), [...guests, bouncer]);
      },
      MAIN
    ).run();
  },

  'club-all': () => SAMPLES.club({ everybody: true }),

  crosswalk() {
    const at = places('demos/programs/crosswalk.rs');
    return new Executor(
      'crosswalk',
      function* (run) {
        const light = new Event(run, at('Event::new'), 'light');
        const tasks = [
          run.spawn(
            function* () {
              run.say('Pedestrian is waiting for the signal.');
              yield* light.wait(at('light.wait()'));
              run.say('Pedestrian crosses the street.');
            },
            at('gather!('),
            'pedestrian'
          ),
          run.spawn(
            function* () {
              run.say('Traffic light is red.');
              yield* run.sleep(2 * SECOND, at('sleep('));
              run.say('Traffic light turns green.');
              light.set(at('light.set()'));
            },
            at('gather!('),
            'traffic_light'
          )
        ];
        yield* gather(run, at('gather!('), tasks);
      },
      MAIN
    ).run();
  },

  'lock-circle'() {
    const at = (row) => `examples/circle.rs:${row}:9`;
    return new Executor(
      'circle',
      function* (run) {
        const [left, right] = [new Lock(run, at(5), 'left'), new Lock(run, at(6), 'right')];
        const takes = (first, second, row) =>
          function* () {
            yield* first.lock(at(row + 1));
            run.say(`${run.running.name} has one lock`);
            yield* run.sleep(SECOND, at(row + 3));
            yield* second.lock(at(row + 4));
            second.release(at(row + 4));
            first.release(at(row + 1));
          };
        const tasks = [
          run.spawn(takes(left, right, 9), at(9), 'Ann'),
          run.spawn(takes(right, left, 16), at(16), 'Ben')
        ];
        yield* gather(run, at(22), tasks);
      },
      MAIN
    ).run();
  },

  philosophers() {
    const at = places('demos/programs/philosophers.rs');
    return new Executor(
      'philosophers',
      function* (run) {
        const forks = [0, 1, 2, 3, 4].map((number) => new Lock(run, at('Lock::default'), `fork ${number}`));
        const dine = (seat) =>
          function* () {
            const [left, right] = [forks[seat], forks[(seat + 1) % 5]];
            run.say(`${run.running.name} thinks.`);
            yield* run.sleep(SECOND, at('from_secs(1)'));
            yield* left.lock(at('forks[low].lock()'));
            run.say(`${run.running.name} takes fork ${seat}.`);
            yield* run.sleep(SECOND / 10, at('from_millis(100)'));
            yield* right.lock(at('forks[high].lock()'));
          };
        const names = ['Arendt', 'Beauvoir', 'Confucius', 'Descartes', 'Epicurus'];
        yield* gather(
          run,
          at('gather_tasks('),
          names.map((name, seat) => run.spawn(dine(seat), at('gather_tasks('), name))
        );
      },
      MAIN
    ).run();
  },

  barrier() {
    const at = places('demos/programs/barrier.rs');
    return new Executor(
      'barrier',
      function* (run) {
        const line = new Barrier(run, at('Barrier::new'), 'line', 3);
        const runner = (number, warmUp, goes) =>
          function* () {
            yield* run.sleep(warmUp * SECOND, at('sleep('));
            run.say(`Runner ${number} is at the start.`);
            yield* line.wait(at('line.wait()'));
            run.say(`Runner ${number} is off.`);
            yield* run.sleep(goes * SECOND, at('sleep(', 2));
            run.say(`Runner ${number} has finished.`);
            yield* line.wait(at('line.wait()', 2));
          };
        const runners = [
          [3, 2],
          [1, 3],
          [2, 1]
        ].map(([warmUp, goes], number) =>
          run.spawn(runner(number, warmUp, goes), at('spawn(runner)'), `runner ${number}`)
        );
        yield* gather(run, at('gather_tasks('), runners);
      },
      MAIN
    ).run();
  },

  queue() {
    const at = places('demos/programs/producers.rs');
    return new Executor(
      'producers',
      function* (run) {
        const counter = new Queue(run, at('Queue::bounded'), 'counter', 2);
        const cook = (dish) =>
          function* () {
            for (let number = 1; number <= 3; number += 1) {
              yield* counter.put(at('counter.put('), `${dish} ${number}`);
              run.say(`${dish} ${number} is on the counter.`);
            }
          };
        const waiter = (seconds) =>
          function* () {
            for (;;) {
              const dish = yield* counter.get(at('counter.get()'));
              if (!dish) break;
              run.say(`The ${seconds}-second waiter takes ${dish}.`);
              yield* run.sleep(seconds * SECOND, at('sleep('));
            }
            run.say(`The ${seconds}-second waiter goes home.`);
          };
        const cooks = ['Soup', 'Bread'].map((dish) => run.spawn(cook(dish), at('spawn(cook('), `${dish} cook`));
        const waiters = [2, 5].map((seconds) =>
          run.spawn(waiter(seconds), at('spawn(waiter('), `${seconds}-second waiter`)
        );
        yield* gather(run, at('gather_tasks(cooks)'), cooks);
        run.say('The counter closes.');
        counter.close(at('counter.close()'));
        yield* gather(run, at('gather_tasks(waiters)'), waiters);
      },
      MAIN
    ).run();
  },

  semaphore() {
    const at = places('demos/programs/semaphore.rs');
    const pages = [
      [1, [1, 2]],
      [2, [3, 4]],
      [3, [5, 6]],
      [3, []],
      [5, []],
      [2, []],
      [4, []]
    ];
    return new Executor(
      'semaphore',
      function* (run) {
        const site = new Semaphore(run, at('Semaphore::new'), 'site', 2);
        function* crawl(page) {
          run.say(`Page ${page} is known.`);
          const [seconds, links] = pages[page];
          yield* site.acquire(at('site.acquire()'), page > 4 ? 2 : 1);
          run.say(`Page ${page} is being fetched.`);
          yield* run.sleep(seconds * SECOND, at('sleep('));
          run.say(`Page ${page} is here, with ${links.length} links.`);
          site.release(at('site.acquire()'), page > 4 ? 2 : 1);
          yield* gather(
            run,
            at('gather_tasks('),
            links.map((link) => run.spawn(() => crawl(link), at('gather_tasks('), 'crawl'))
          );
        }
        yield* crawl(0);
        run.say('The crawl is over.');
      },
      MAIN
    ).run();
  },

  'resource-condition'({ workers = 5 } = {}) {
    const at = places('demos/programs/resource_condition.rs');
    return new Executor(
      'resource-condition',
      function* (run) {
        const places = new Condition(run, at('Condition::new'), 'places in use');
        let inUse = 0;
        const work = (number) =>
          function* () {
            run.say(`Worker ${number} trying to acquire`);
            yield* places.lock.lock(at('in_use.lock()'));
            yield* places.waitFor(at('wait_for('), at('in_use.lock()'), () => inUse < 2);
            inUse += 1;
            places.lock.release(at('in_use.lock()'));
            run.say(`Worker ${number} acquired resource`);
            yield* run.sleep(2 * SECOND, at('sleep_until('));
            yield* places.lock.lock(at('in_use.lock()', 2));
            inUse -= 1;
            places.notify(at('notify_one('), 1);
            places.lock.release(at('in_use.lock()', 2));
            run.say(`Worker ${number} released resource`);
          };
        const tasks = Array.from({ length: workers }, (_, number) => run.spawn(work(number), at('gather_tasks('), 'work'));
        yield* gather(run, at('gather_tasks('), tasks);
      },
      MAIN
    ).run();
  },

  /** A random program over everything; the same for the same seed. Gives the executor, whose states are its own. */
  random({ seed = 1, tasks = 9, steps = 12 } = {}) {
    const at = (row) => `examples/random.rs:${row}:9`,
      random = generator(seed);
    const run = new Executor(
      'random',
      function* (run) {
        const [lock, condition, event] = [
          new Lock(run, at(1), 'l'),
          new Condition(run, at(2), 'c'),
          new Event(run, at(3), 'e')
        ];
        const [permits, belt, gate] = [
          new Semaphore(run, at(4), 's', 3),
          new Queue(run, at(5), 'q', 2),
          new Barrier(run, at(6), 'b', 3)
        ];
        const all = [];
        const acts = [
          function* () {
            yield* run.sleep(random(5) * 1000, at(10));
          },
          function* () {
            yield* run.yields(at(11));
          },
          function* () {
            yield* lock.lock(at(12));
            try {
              if (random(2)) yield* run.sleep(random(3) * 1000, at(13));
            } finally {
              lock.release(at(12));
            }
          },
          function* () {
            yield* condition.lock.lock(at(14));
            if (random(2)) condition.notify(at(15), random(2) ? 1 : null);
            condition.lock.release(at(14));
          },
          function* () {
            if (random(2)) event.set(at(16));
            else event.clear(at(17));
          },
          function* () {
            yield* event.wait(at(18));
          },
          function* () {
            const asks = 1 + random(2);
            yield* permits.acquire(at(19), asks);
            try {
              yield* run.yields(at(20));
            } finally {
              permits.release(at(19), asks);
            }
          },
          function* () {
            yield* belt.put(at(21), 1);
          },
          function* () {
            yield* belt.get(at(22));
          },
          function* () {
            yield* gate.wait(at(23));
          },
          function* () {
            run.cancel(all[random(all.length)]);
          },
          function* () {
            yield* gather(run, at(24), [
              run.spawn(
                function* () {
                  yield* run.yields(at(25));
                },
                at(24),
                'child'
              )
            ]);
          }
        ];
        for (let number = 0; number < tasks; number += 1) {
          all.push(
            run.spawn(
              function* () {
                for (let act = 0; act < steps; act += 1) yield* acts[random(acts.length)]();
              },
              at(30),
              `task ${number + 1}`
            )
          );
        }
        yield* run.sleep(50_000, at(31));
      },
      MAIN
    );
    run.run();
    return run;
  },

  /** As many events as asked for, at least: tasks that pass items on, sleep, and end. */
  many({ events = 100_000, tasks = 60 } = {}) {
    const at = (row) => `examples/many.rs:${row}:9`;
    return new Executor(
      'many',
      function* (run) {
        const belts = Array.from({ length: 8 }, (_, number) => new Queue(run, at(10), `belt ${number}`, 3));
        const shared = new Lock(run, at(11), 'ledger');
        let generation = 0;
        while (run.events < events) {
          generation += 1;
          const body = (number) =>
            function* () {
              for (let item = 0; item < 5; item += 1) {
                const belt = belts[((number >> 1) + item) % belts.length];
                yield* number % 2 ? belt.get(at(20)) : belt.put(at(22), item);
                if (item % 2) yield* run.sleep(1000 * (1 + (number % 7)), at(24));
                yield* shared.lock(at(26));
                yield* run.yields(at(27));
                shared.release(at(26));
              }
              run.say(`${run.running.name} of generation ${generation} is done`);
            };
          const all = Array.from({ length: tasks }, (_, number) => run.spawn(body(number), at(30), `hand ${number}`));
          yield* gather(run, at(31), all);
        }
      },
      MAIN
    ).run();
  }
};
