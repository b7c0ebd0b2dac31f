// A client of a bus: npm dbus-next over cmsg/compat/usocket. Arguments: role, address; the caller also the service's name and
// counts.
import { closeSync, readdirSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { USocket } from "cmsg/compat/usocket";

const dbus = createRequire(new URL("packages/package.json", import.meta.url))("dbus-next");
const [, , role, address, service, calls, many] = process.argv;
const FIRST = 3;
const fdCount = () => readdirSync("/proc/self/fd").length;

function connect() {
  return dbus.sessionBus({ busAddress: address, negotiateUnixFd: true });
}

function content(fd) {
  const buffer = Buffer.alloc(100);
  const text = buffer.toString("utf8", 0, readSync(fd, buffer, 0, 100, 0));
  closeSync(fd);
  return text;
}

/** The memory file that the other end gets for a question. */
const memory = (i) => FIRST + (i % Number(many ?? 20));

class Passing extends dbus.interface.Interface {
  Take(fd) {
    return content(fd);
  }
  TakeAll(fds) {
    return fds.map(content).join();
  }
  Give(i) {
    return memory(i);
  }
  Quit() {
    this.quit();
  }
}
Passing.configureMembers({
  methods: {
    Take: { inSignature: "h", outSignature: "s" },
    TakeAll: { inSignature: "ah", outSignature: "s" },
    Give: { inSignature: "u", outSignature: "h" },
    Quit: {},
  },
});

async function serve(bus) {
  const passing = new Passing("a.b");
  const quit = new Promise((resolve) => {
    passing.quit = resolve;
  });
  bus.export("/x", passing);
  await bus.requestName(`a.b.p${process.pid}`);
  console.log(`a.b.p${process.pid}`);
  await quit;
  // The answer to Quit is written when the method has returned.
  await new Promise(setImmediate);
}

async function ask(bus) {
  const object = await bus.getProxyObject(service, "/x");
  const passing = object.getInterface("a.b");
  const each = Array.from({ length: Number(calls) }, (_, i) => i);
  const taken = await Promise.all(each.map((i) => passing.Take(memory(i))));
  const all = await passing.TakeAll(Array.from({ length: Number(many) }, (_, i) => memory(i)));
  const given = (await Promise.all(each.map((i) => passing.Give(i)))).map(content);
  await passing.Quit();
  return { taken, many: all, given };
}

// What the first socket on the event loop leaves open for the next ones is no leak.
const first = new USocket({
  path: `${address.includes("abstract") ? "\0" : ""}${address.split("=")[1]}`,
});
await new Promise((resolve) => first.on("connected", resolve));
first.destroy();
await new Promise((resolve) => first.on("close", resolve));
const before = fdCount();
const bus = connect();
const account = role === "service" ? await serve(bus) : await ask(bus);
const { stream } = bus._connection;
const closed = new Promise((resolve) => stream.on("close", resolve));
bus.disconnect();
await closed;
console.log(JSON.stringify({ ...account, leaked: fdCount() - before }));
