// A stream that gives less than was asked for is not tried again before the next event: no end, no urgent data, no descriptors behind it
// are missed for that, whatever comes together.

import { Fd, MSG_OOB, rights, sendmsg, socketpair, UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { withOpenFiles } from "../../support/loop.js";
import { text, upTo } from "../../support/message.js";
import { suite, turn } from "../../support/suite.js";

const test = suite("streams that were read to the end");

const COUNT = 12;

/** What each of many sockets gets, one string for each, when `work` has been done at all of their other ends at once. */
async function gotten(
  work: (end: Fd, i: number) => void,
  each: "callback" | "loop" = "callback",
): Promise<string[]> {
  const ends: Fd[] = [];
  const sockets: UnixSocket[] = [];
  for (const _ of upTo(COUNT)) {
    const [near, far] = socketpair({ nonBlocking: true });
    ends.push(near);
    sockets.push(UnixSocket.adopt(far));
  }
  const found = sockets.map(() => "");
  const finished = sockets.map(async (socket, i) => {
    if (each === "loop") {
      for await (using message of socket.messages())
        found[i] += `${message.data}${message.fds.length || ""}`;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      socket.onMessage(
        (message) => {
          found[i] += `${message.data}${message.fds.length || ""}`;
          message[Symbol.dispose]();
        },
        (error) => (error === undefined ? resolve() : reject(error)),
      );
    });
  });
  await turn();
  // Twice: the first time tells the sockets what an event of data alone is.
  for (const end of ends) sendmsg(end, { data: text("first ") });
  await turn();
  await turn();
  ends.forEach(work);
  await turn();
  Fd.closeAll(ends);
  await Promise.all(finished);
  for (const socket of sockets) socket.close();
  return found;
}

const all = (words: string): string[] => upTo(COUNT).map(() => words);

for (const each of ["callback", "loop"] as const) {
  test(`${each}: data and the end at once`, async () => {
    const found = await gotten((end) => {
      sendmsg(end, { data: text("last") });
      end.close();
    }, each);
    assert.equal(found, all("first last"));
  });

  test(`${each}: data in front of descriptors, and behind them`, async () => {
    await withOpenFiles(1, async (files) => {
      const found = await gotten((end) => {
        sendmsg(end, { data: text("a") });
        sendmsg(end, { data: text("b"), control: [rights(files)] });
        sendmsg(end, { data: text("c") });
        end.close();
      }, each);
      for (const words of found) assert.match(words, /^first ab1c$/);
    });
  });

  test(`${each}: data behind urgent data`, async () => {
    const found = await gotten((end, i) => {
      sendmsg(end, { data: text("before") });
      sendmsg(end, { data: text("!"), flags: MSG_OOB });
      sendmsg(end, { data: text(`behind ${i}`) });
    }, each);
    for (const [i, words] of found.entries()) {
      assert.match(words, new RegExp(`before.*behind ${i}`));
    }
  });

  test(`${each}: several pieces`, async () => {
    const found = await gotten((end, i) => {
      for (const n of upTo(5)) sendmsg(end, { data: text(`${i}.${n} `) });
    }, each);
    assert.equal(
      found.map((words) => words.trim()),
      upTo(COUNT).map(
        (i) =>
          `first ${upTo(5)
            .map((n) => `${i}.${n}`)
            .join(" ")}`,
      ),
    );
  });
}

test.run();
