// A client of a bus: npm dbus-native over FdStream. Arguments: role, address; the caller also the service's name and counts.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { FdStream } from "cmsg";

const dbus = createRequire(new URL("packages/package.json", import.meta.url))("dbus-native");
const [, , role, address, service, calls, many] = process.argv;
const [, kind, where] = /^unix:(path|abstract)=(.*)$/.exec(address);
const place = { [kind]: where };
const FIRST = 3;
const fdCount = () => readdirSync("/proc/self/fd").length;

let lastSerial = 0;

/** A connection with a name on the bus. `createClient` would answer calls that have no handler of its own. */
async function connect() {
  const connection = dbus.createConnection({ stream: await FdStream.connect(place) });
  await new Promise((resolve, reject) => {
    connection.once("error", reject);
    connection.once("connect", resolve);
  });
  const bus = "org.freedesktop.DBus";
  const call = caller(connection, { destination: bus, path: "/", interface: bus });
  const { body } = await call("Hello");
  return { connection, name: body[0] };
}

/** Makes calls; answers body and descriptors. */
function caller(connection, where) {
  const waiting = new Map();
  connection.on("message", ({ type, replySerial, body, fds = [] }) => {
    if (type === 2 || type === 3) waiting.get(replySerial)?.({ type, body, fds });
  });
  return (member, rest = {}) =>
    new Promise((resolve, reject) => {
      const serial = ++lastSerial;
      waiting.set(serial, (answer) => (answer.type === 2 ? resolve(answer) : reject(answer.body)));
      connection.message({ type: 1, serial, ...where, member, ...rest });
    });
}

function content(fd) {
  const text = fd.read(100, { position: 0 }).toString();
  fd.close();
  return text;
}

/** The memory file that the other end gets for a question. */
const memory = (i) => FIRST + (Number(i) % Number(many ?? 20));

async function serve({ connection, name }) {
  await new Promise((resolve) => {
    connection.on("message", (message) => {
      const { member, fds = [], body, sender, serial, type } = message;
      if (type !== 1) return;
      const head = { type: 2, serial: ++lastSerial, replySerial: serial, destination: sender };
      const answer = (rest) => connection.message({ ...head, ...rest });
      if (member === "Take") answer({ signature: "s", body: [fds.map(content).join()] });
      if (member === "Give") answer({ signature: "h", body: [0], fds: [memory(body[0])] });
      if (member === "Quit") {
        answer({});
        resolve();
      }
    });
    console.log(name);
  });
}

async function ask({ connection }) {
  const call = caller(connection, { destination: service, path: "/x", interface: "a.b" });
  const each = Array.from({ length: Number(calls) }, (_, i) => i);
  const takes = each.map((i) => call("Take", { signature: "h", body: [0], fds: [memory(i)] }));
  const taken = (await Promise.all(takes)).map(({ body }) => body[0]);
  const numbers = Array.from({ length: Number(many) }, (_, i) => i);
  const message = { signature: "ah", body: [numbers], fds: numbers.map(memory) };
  const all = await call("Take", message);
  const gives = await Promise.all(each.map((i) => call("Give", { signature: "u", body: [i] })));
  const given = gives.map(({ fds }) => fds.map(content).join());
  await call("Quit");
  return { taken, many: all.body[0], given };
}

// What the first socket on the event loop leaves open for the next ones is no leak.
const first = await FdStream.connect(place);
first.destroy();
await new Promise((resolve) => first.on("close", resolve));
const before = fdCount();
const bus = await connect();
const account = role === "service" ? await serve(bus) : await ask(bus);
const closed = new Promise((resolve) => bus.connection.on("close", resolve));
bus.connection.end();
await closed;
console.log(JSON.stringify({ ...account, leaked: fdCount() - before }));
