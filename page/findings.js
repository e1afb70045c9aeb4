// What is worth a look: stalls, signals that nobody heard, wakes in vain, long polls, tasks that spin, panics. Nothing
// here touches the page.

// A poll that takes so long is told, in microseconds, and so many short ones in a row are spinning.
const LONG_POLL = 100_000,
  SPINS = 100;

// Each finding: the step, what kind it is, and what there is to say besides the sentence of the step.
function findingsOf(run) {
  const found = [],
    { trace } = run,
    { rows } = trace;
  const tell = (step, kind, note) => found.push({ step, kind, note });
  // The last signal of an object that reached nobody, and who began to wait since.
  const unheard = new Map(),
    awaited = new Set(),
    spins = new Map();
  let poll = 0,
    idle = true,
    through = null;
  for (let step = 1; step <= run.count; step += 1) {
    const row = rows[step],
      word = row[0],
      object = run.objectAt(step);
    switch (word) {
      case 'stall':
        tell(
          step,
          'stall',
          `${run.plain(listed([...run.stateAt(step).tasks.keys()].slice(0, 9)))} wait for what does not come`
        );
        break;
      case 'panics':
        tell(step, 'panic', 'ends the task');
        break;
      case 'stale':
        tell(step, 'stale wake', 'the task had ended');
        break;
      case 'lost':
        tell(step, 'lost', 'nobody hears of these');
        break;
      case 'ask':
        awaited.add(object);
        unheard.delete(object);
        if (!row[4] && row[5] > 0) tell(step, 'wake in vain', 'notified, and what it waits for is false');
        break;
      case 'pulse':
        if (row[4] === 0) tell(step, 'unheard', 'nobody waited');
        break;
      case 'set':
      case 'notify': {
        const reached = row[word === 'set' ? 4 : 5];
        if (reached === 0) unheard.set(object, { step, word, then: false });
        else unheard.delete(object);
        break;
      }
      case 'isset':
        if (row[4]) unheard.delete(object);
        break;
      case 'clear':
        if (unheard.get(object)?.word === 'set')
          tell(unheard.get(object).step, 'unheard', 'nobody waited, and it is cleared before anybody looks');
        unheard.delete(object);
        break;
      case 'wait':
        awaited.add(object);
        if (unheard.has(object)) unheard.get(object).then = true;
        if (through && through.object === object && through.line === row[4])
          tell(step, 'wake in vain', 'it waits again in the same place');
        break;
      case 'poll':
        [poll, idle] = [step, true];
        break;
      case 'pending':
      case 'ready':
      case 'panicked': {
        const took = trace.time[step] - trace.time[poll];
        if (poll && took >= LONG_POLL) tell(poll, 'long poll', `lets nobody else run for ${duration(took)}`);
        const task = row[1],
          turns = word === 'pending' && idle ? (spins.get(task) ?? 0) + 1 : 0;
        spins.set(task, turns);
        if (turns === SPINS) tell(poll, 'spinning', `${SPINS} polls in a row that do nothing but wake it again`);
        poll = 0;
        break;
      }
      default:
    }
    // A wait for an event was in vain if nothing but looks lies between its end and the same wait.
    if (word === 'waited' && run.kindOf(object) === 'event') through = run.waits.get(row[1]);
    else if (word !== 'isset') through = null;
    if (poll && step !== poll && !['yield', 'wake', 'again'].includes(word)) idle = false;
  }
  for (const [object, { step, word, then }] of unheard) {
    if (word === 'notify' && then) tell(step, 'unheard', 'nobody waited yet, and who came later was never notified');
    else if (word === 'notify' && !awaited.has(object)) tell(step, 'unheard', 'nobody ever waits for it');
  }
  return found.sort((a, b) => a.step - b.step);
}
