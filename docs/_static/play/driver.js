// Trains the playground's network piece by piece. The same lines are a worker's, where a browser
// gives the page one, and otherwise run between the page's other tasks: a page opened from a folder
// has no workers. Orders come in and reports go out as messages, so the interface sees no difference.
(function (global) {
  "use strict";

  const inWorker = typeof importScripts === "function";
  if (inWorker) importScripts("engine.js", "trainer.js");
  const RNN = global.RNN;

  // In milliseconds: how long a task may be (in the page, 50 would be felt), and the time between
  // two looks at the network while it trains.
  const SLICE = inWorker ? 60 : 32;
  const LOOK_EVERY = 250;
  // In the page an update is cut into pieces of about so many multiplications, about 8 ms.
  const PIECE = inWorker ? Infinity : 3e6;
  const VIEWS = ["predictions", "freeRun", "hidden", "gradientNorms"];
  const GATES = { simple: 1, gru: 3, lstm: 4 };

  // How many windows of a batch one piece takes.
  function rowsOf({ cell, units, steps, batch }) {
    const oneRow = 3 * steps * GATES[cell] * units * units;
    return Math.min(batch, Math.max(1, Math.floor(PIECE / oneRow)));
  }

  function createDriver(report) {
    let run = 0; // the settings' number, by which late reports of others are known
    let trainer = null;
    let rows = 1;
    let length = 0; // of a free run
    let wanted = 0; // updates still to be made
    let update = null; // the one that is under way
    let losses = []; // not yet reported
    let views = []; // not yet shown
    let lastLook = 0;
    let isPlanned = false;

    function plan() {
      if (!isPlanned) setTimeout(work, 0);
      isPlanned = true;
    }

    function work() {
      isPlanned = false;
      if (!trainer) return;
      const start = performance.now();
      // One look a task, between two updates, so that it sees one state of the network.
      if (views.length && !update) look(views.shift());
      else train(start);
      if (wanted > 0 || update || views.length) plan();
    }

    function train(start) {
      let now = start;
      let piece = 0;
      while (now - start + piece < SLICE && (update || wanted > 0)) {
        update ??= trainer.parts(rows);
        const { done, value } = update.next();
        piece = performance.now() - now;
        now += piece;
        if (!done) continue;
        update = null;
        wanted -= 1;
        if (!trainer.diverged) losses.push(value);
        if (trainer.isDone) wanted = 0;
        // The first one is seen at once; and views wait for the end of an update.
        if (trainer.iteration === 1 || views.length) break;
      }
      const { iteration, isDone, diverged } = trainer;
      const isIdle = !update && wanted === 0;
      if (losses.length || isIdle) {
        report({ run, kind: "progress", iteration, losses, isDone, diverged, isIdle });
      }
      losses = [];
      if (isIdle || now - lastLook > LOOK_EVERY) {
        views = VIEWS.slice();
        lastLook = now;
      }
    }

    function look(name) {
      const found = trainer[name](length);
      report({ run, kind: "view", name, iteration: trainer.iteration, found });
    }

    const orders = {
      prepare(order) {
        ({ run, length } = order);
        [wanted, update, losses, views] = [0, null, [], []];
        try {
          trainer = new RNN.Trainer(order.settings);
          rows = rowsOf(order.settings);
          views = VIEWS.slice();
        } catch (error) {
          trainer = null;
          report({ run, kind: "refused", why: error.message });
        }
      },
      stop() {
        trainer = null;
      },
      train() {
        wanted = trainer && !trainer.isDone ? Infinity : 0;
        views = [];
      },
      step() {
        wanted = trainer && !trainer.isDone ? (update ? 2 : 1) : 0;
      },
      pause() {
        wanted = update ? 1 : 0; // what is under way is finished
        views = VIEWS.slice();
      },
    };
    return function receive(order) {
      orders[order.kind](order);
      plan();
    };
  }

  if (inWorker) {
    const receive = createDriver((message) => global.postMessage(message));
    global.onmessage = (event) => receive(event.data);
  } else {
    global.createDriver = createDriver;
  }
})(self);
