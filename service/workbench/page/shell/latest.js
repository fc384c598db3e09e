// What follows a hand that moves: asked at most once at a time, with the newest question, and an answer that came too late is not shown.

/**
 * `ask(...question) → Promise`, `done(answer, error)`. The function that comes back is called as often as one likes: while a question is on its way the newest one waits,
 * and is asked `wait` milliseconds later. `.stop()` forgets all.
 */
export function latest(wait, ask, done) {
  let timer = null;
  let waiting = null;
  let isAsking = false;
  let isStopped = false;

  async function next() {
    timer = null;
    if (isAsking || !waiting || isStopped) return;
    const question = waiting;
    waiting = null;
    isAsking = true;
    let answer;
    let error = null;
    try {
      answer = await ask(...question);
    } catch (failure) {
      error = failure;
    }
    isAsking = false;
    if (isStopped) return;
    // Before the answer is shown: an answer that cannot be drawn must not be the last one.
    if (waiting && timer === null) timer = setTimeout(next, wait);
    // While the hand still moves, every answer in turn is shown: each is newer than the one before it.
    if (error?.name !== "AbortError") done(answer, error);
  }

  function call(...question) {
    waiting = question;
    if (timer === null && !isAsking) timer = setTimeout(next, wait);
  }
  call.stop = () => {
    isStopped = true;
    clearTimeout(timer);
  };
  return call;
}
