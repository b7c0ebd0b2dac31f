// What CPython's socket and struct modules make of messages on a socket: another reader of the same kernel.

import { spawnSync } from "node:child_process";
import { type Fd, type ReceivedMessage, recvmsg } from "cmsg";
import { assert } from "../../support/assert.js";
import { hasProgram } from "../../support/suite.js";

/** Why there is no Python to compare with. */
export const noPython: string | undefined = hasProgram("python3", "python3")
  ? undefined
  : "python3 is not here";

/** Formats of payloads by level and type, written from the man pages and kernel headers; addresses become text. */
const SCRIPT = `
import json, select, socket, struct, sys
FORMATS = {
  (1, 2): "@iII", (1, 12): "@I", (1, 29): "@ll", (1, 35): "@ll", (1, 37): "@llllll", (1, 36): "@I", (1, 40): "@I",
  (1, 63): "@qq", (1, 64): "@qq", (1, 65): "@qqqqqq", (1, 84): "@i",
  (0, 1): "@B", (0, 2): "@i", (0, 8): "@i4s4s", (0, 20): "!2xH4s8x", (0, 23): "@I", (0, 25): "@i",
  (0, 11): "@IBBBBII2xH4s8x", (41, 25): "@IBBBBII2xHI16s4x",
  (41, 2): "@16sI", (41, 8): "@i", (41, 11): "!I", (41, 50): "@16sI", (41, 52): "@i", (41, 67): "@i", (41, 77): "@i",
  (41, 74): "!2xHI16s4x", (41, 61): "@28sI",
  (17, 104): "@i", (6, 36): "@i", (263, 8): "@IIIHHHH", (263, 16): "@IBBBBII", (270, 3): "@I",
}
def shown(value):
    if not isinstance(value, bytes):
        return value
    if len(value) in (4, 16):
        return socket.inet_ntop(socket.AF_INET if len(value) == 4 else socket.AF_INET6, value)
    return value.hex()
def message(level, type, data):
    format = FORMATS.get((level, type))
    fits = format is not None and struct.calcsize(format) == len(data)
    values = [shown(v) for v in struct.unpack(format, data)] if fits else None
    return {"level": level, "type": type, "hex": data.hex(), "values": values}
s = socket.socket(fileno=3)
waiting = select.poll()
waiting.register(s, 0 if int(sys.argv[2]) & socket.MSG_ERRQUEUE else select.POLLIN)
def receive():
    while True:
        try:
            return s.recvmsg(65536, 65536, int(sys.argv[2]) | socket.MSG_DONTWAIT)
        except BlockingIOError:
            if not waiting.poll(10000):
                raise
said = []
for i in range(int(sys.argv[1])):
    data, control, flags, address = receive()
    said.append({"data": data.hex(), "flags": flags, "control": [message(*m) for m in control]})
print(json.dumps(said))
`;

/** A control message as Python has it: `values` by the struct module, where the script has a format for it. */
export interface PythonMessage {
  readonly level: number;
  readonly type: number;
  readonly hex: string;
  readonly values: readonly (number | string)[] | null;
}

/** What Python has received. */
export interface PythonReceived {
  readonly data: string;
  readonly flags: number;
  readonly control: readonly PythonMessage[];
}

/** Receives `count` messages from a socket in a Python process that inherits it. */
export function pythonReceives(from: Fd, count: number, flags = 0): PythonReceived[] {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", SCRIPT, `${count}`, `${flags}`], {
    stdio: ["ignore", "pipe", "pipe", from.number],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`python3 ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as PythonReceived[];
}

/** The values of what Python received, by "level type". */
export type PythonValues = Readonly<Record<string, PythonMessage["values"]>>;

function valuesIn({ control }: PythonReceived): PythonValues {
  return Object.fromEntries(control.map(({ level, type, values }) => [`${level} ${type}`, values]));
}

/** A message as the package received it, and what Python received when the same was sent again. */
export interface Twice {
  readonly message: ReceivedMessage;
  readonly python: PythonValues;
}

/** Sends everything twice: what the package receives, and what Python receives from the same socket. */
export function receivedTwice(from: Fd, sends: readonly (() => unknown)[], flags = 0): Twice[] {
  const messages = sends.map((send) => {
    send();
    return recvmsg(from, { flags, timeoutMs: 10_000 });
  });
  for (const send of sends) send();
  const theirs = pythonReceives(from, sends.length, flags);
  return messages.map((message, i) => {
    const received = theirs[i] as PythonReceived;
    assert.is(message.bytes, received.data.length / 2);
    assert.equal(
      message.control.map(({ level, type, payload }) => [level, type, payload.length]),
      received.control.map(({ level, type, hex }) => [level, type, hex.length / 2]),
    );
    return { message, python: valuesIn(received) };
  });
}
