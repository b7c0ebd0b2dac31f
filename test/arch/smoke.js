// Runs on another machine, by itself or with a process of this machine at the other end of a socket.

import assert from "node:assert";
import { readdirSync } from "node:fs";
import {
  accept,
  connect,
  credentials,
  Fd,
  hostAbi,
  listenUnix,
  peerCredentials,
  recvFds,
  recvmsg,
  rights,
  sendFds,
  sendmsg,
  setsockopt,
  socket,
  socketpair,
  tryRecvFds,
} from "cmsg";

const openCount = () => readdirSync("/proc/self/fd").length;
const me = { pid: process.pid, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** Everything between two sockets of this process. @param {"stream" | "dgram" | "seqpacket"} type */
function alone(type) {
  const pair = socketpair({ type });
  const file = Fd.open("package.json");
  for (const count of [1, 2, 7, 253]) {
    assert.deepEqual(sendFds(pair[0], Array(count).fill(file), { data: "abc" }), {
      bytes: 3,
      fds: count,
    });
    const got = recvFds(pair[1]);
    assert.equal(got.data.toString(), "abc");
    assert.equal(got.fds.length, count);
    assert.equal(got.fds.at(-1)?.read(9, { position: 2 }).toString(), '"type": "');
    got[Symbol.dispose]();
  }
  assert.equal(tryRecvFds(pair[1]), null);
  assert.throws(() => recvFds(pair[1], { timeoutMs: 20 }), { code: "ETIMEDOUT" });
  setsockopt(pair[1], "SOL_SOCKET", "SO_PASSCRED", true);
  setsockopt(pair[1], "SOL_SOCKET", "SO_RCVTIMEO", { seconds: 2, microseconds: 0 });
  const large = Buffer.alloc(20_000, 7);
  sendmsg(pair[0], {
    data: [large, Buffer.from("end")],
    control: [rights([file, 0]), credentials(me)],
  });
  const message = recvmsg(pair[1], { dataLimit: 30_000 });
  assert.equal(message.data.length, 20_003);
  assert.deepEqual(message.problems, []);
  const values = message.control.map((m) => (m.is(credentials) ? m.value : m.payload.length));
  assert.deepEqual(
    new Set(values.map((v) => JSON.stringify(v))),
    new Set([JSON.stringify(me), "8"]),
  );
  message[Symbol.dispose]();
  file.close();
  pair[Symbol.dispose]();
}

/** @param {string} path */
function serve(path) {
  const server = listenUnix({ path });
  const connection = accept(server, { timeoutMs: 60_000 });
  setsockopt(connection, "SOL_SOCKET", "SO_PASSCRED", true);
  const got = recvmsg(connection, { timeoutMs: 60_000 });
  const uid = got.control.flatMap((m) => (m.is(credentials) ? [m.value.uid] : []));
  const texts = got.fds.map((fd) => fd.read(100, { position: 0 }).toString().trim());
  const text = `${got.data} ${texts.join(",")} ${uid[0] ?? peerCredentials(connection).uid}`;
  sendFds(connection, [got.fds[0] ?? 0], { data: text });
}

/** @param {string} path @param {string[]} files */
function send(path, files) {
  const client = socket();
  connect(client, { path });
  const fds = files.map((file) => Fd.open(file));
  sendFds(client, fds, { data: "files", control: [credentials(me)] });
  const answer = recvFds(client, { timeoutMs: 60_000 });
  console.log(`${answer.data}; ${answer.fds[0]?.describe().kind}`);
}

const [role = "alone", path = "", ...files] = process.argv.slice(2);
if (role === "serve") serve(path);
else if (role === "send") send(path, files);
else {
  alone("stream");
  const before = openCount();
  for (const type of /** @type {const} */ (["stream", "dgram", "seqpacket"])) alone(type);
  assert.equal(openCount(), before);
  console.log(`${process.arch} ${hostAbi().name}`);
}
