// cmsg: as batch.js, received on the event loop. Arguments: "seqpacket" or "dgram", descriptors, bytes, messages of a turn, how:
// "many" (receiveMany), "callback" (onMessage), "loop" (for await).

import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { Fd, rights, sendmmsg, socketpair, UnixSocket } = cmsg;

const [type, fds, bytes, messages, how] = process.argv.slice(2);
const [fdCount, byteCount, count] = [Number(fds), Number(bytes), Number(messages)];

const [left, end] = socketpair({ type: type === "dgram" ? "dgram" : "seqpacket" });
const right = UnixSocket.adopt(end);
const files = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
const data = Buffer.alloc(byteCount);
const message = fdCount === 0 ? { data } : { data, control: [rights(files)] };
const batch = Array.from({ length: count }, () => message);

async function many() {
  let arrived = 0;
  for (let got = 0; got < count; ) {
    const messages = /** @type {any} */ (await right.receiveMany());
    got += messages.length;
    for (const { fds } of messages) arrived += fds.length;
    messages[Symbol.dispose]();
  }
  return arrived;
}

const messagesOf = right.messages();

async function loop() {
  let arrived = 0;
  for (let got = 0; got < count; got++) {
    const { value } = await messagesOf.next();
    arrived += value.fds.length;
    value[Symbol.dispose]();
  }
  return arrived;
}

/** @returns {Promise<number>} */
function callback() {
  let [arrived, got] = [0, 0];
  return new Promise((resolve, reject) => {
    const stop = right.onMessage((received) => {
      arrived += received.fds.length;
      received[Symbol.dispose]();
      if (++got < count) return;
      stop();
      resolve(arrived);
    }, reject);
  });
}

const turn = how === "many" ? many : how === "loop" ? loop : callback;

await serve(async (turns) => {
  let arrived = 0;
  for (let i = 0; i < turns; i++) {
    sendmmsg(left, batch);
    arrived += await turn();
  }
  return arrived;
});
