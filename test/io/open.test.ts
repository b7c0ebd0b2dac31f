// Fd.open: flags, modes and paths, compared with what the kernel says of the descriptor.

import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Fd } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { flagsOf } from "../support/descriptors.js";
import { temporaryDirectory } from "../support/directory.js";
import { closeNumber, openNumber } from "../support/raw.js";
import { fstat } from "../support/runtime.js";
import { suite } from "../support/suite.js";

const test = suite("Fd.open");

/** Gives the path of an empty directory to a piece of work. */
function inDirectory(work: (directory: string) => void): void {
  using directory = temporaryDirectory();
  work(directory.path);
}

/** What an open answers: the content afterwards with the status flags, or the error. */
function outcome(path: string, open: () => number, close: (number: number) => void): string {
  try {
    const number = open();
    try {
      return `${flagsOf(number).toString(8)} ${readFileSync(path, "utf8")}`;
    } finally {
      close(number);
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

const NAMES = ["r", "r+", "w", "w+", "wx", "wx+", "a", "a+", "ax", "ax+"];

for (const flags of NAMES) {
  test(`"${flags}" opens as node:fs does, a file that is there and one that is not`, () => {
    inDirectory((directory) => {
      for (const there of [true, false]) {
        const paths = ["ours", "theirs"].map((name) => join(directory, `${name}-${there}`));
        for (const path of paths) if (there) writeFileSync(path, "content");
        const [ours = "", theirs = ""] = paths;
        const expected = outcome(theirs, () => openSync(theirs, flags), closeSync);
        assert.is(
          outcome(ours, () => openNumber(ours, flags), closeNumber),
          expected,
        );
        assert.is(existsSync(ours), existsSync(theirs));
      }
    });
  });
}

test("numbers are those of open(2)", () => {
  inDirectory((directory) => {
    const path = join(directory, "file");
    using fd = Fd.open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL);
    assert.is(fd.describe().access, "both");
    throws(() => Fd.open(path, constants.O_CREAT | constants.O_EXCL), { code: "EEXIST" });
    using folder = Fd.open(directory, constants.O_DIRECTORY);
    assert.is(folder.describe().kind, "directory");
    throws(() => Fd.open(path, constants.O_DIRECTORY), { code: "ENOTDIR" });
    symlinkSync("file", join(directory, "link"));
    throws(() => Fd.open(join(directory, "link"), constants.O_NOFOLLOW), { code: "ELOOP" });
    using pipeless = Fd.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    assert.is(pipeless.describe().nonBlocking, true);
  });
});

test("a mode gives the permissions of a file that is created, minus the umask", () => {
  inDirectory((directory) => {
    const umask = process.umask();
    for (const mode of [undefined, 0o666, 0o600, 0o640, 0o777, 0o400, 0]) {
      const path = join(directory, `${mode}`);
      using fd = mode === undefined ? Fd.open(path, "w") : Fd.open(path, "w", { mode });
      assert.is(fstat(fd.number).mode & 0o7777, (mode ?? 0o666) & ~umask);
    }
  });
});

test("a path may be bytes that are no UTF-8, and as long as the system takes", () => {
  inDirectory((directory) => {
    const path = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff, 0xfe, 0x80])]);
    using made = Fd.open(path, "w+");
    made.write("odd name");
    assert.is(readFileSync(path, "utf8"), "odd name");
    using again = Fd.open(Uint8Array.from(path));
    assert.is(`${again.read(20)}`, "odd name");
    writeFileSync(join(directory, "x"), "");
    const long = `${directory}/${"./".repeat(2040 - directory.length)}x`;
    using deep = Fd.open(long);
    assert.is(deep.describe().kind, "file");
  });
});

test("what the kernel refuses says which path and which call", () => {
  inDirectory((directory) => {
    mkdirSync(join(directory, "folder"));
    const refused = [
      [join(directory, "none"), "r", "ENOENT", -2],
      [join(directory, "folder"), "w", "EISDIR", -21],
      [join(directory, "none", "deeper"), "w", "ENOENT", -2],
      [join(directory, "n".repeat(256)), "w", "ENAMETOOLONG", -36],
    ] as const;
    for (const [path, flags, code, errno] of refused) {
      const error = throws(() => Fd.open(path, flags), { name: "SyscallError", code });
      assert.equal([error.errno, error.syscall, error.path], [errno, "open", path]);
      assert.match(error.message, path);
    }
  });
});

test("bad arguments are refused before anything is made", () => {
  inDirectory((directory) => {
    const path = join(directory, "never");
    const type = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
    const range = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" };
    for (const wrong of [undefined, null, 5, {}, [path], new URL("file:///dev/null")]) {
      throws(() => Fd.open(wrong as string, "w"), type);
    }
    for (const wrong of ["", Buffer.alloc(0), "/dev/null\0", Buffer.from("/dev/null\0")]) {
      throws(() => Fd.open(wrong, "w"), type);
    }
    throws(() => Fd.open(`/${"x".repeat(5000)}`, "w"), range);
    for (const wrong of [null, 1.5, Number.NaN, {}, ["w"], true, 64n]) {
      throws(() => Fd.open(path, wrong as string), type);
    }
    for (const wrong of [-1, 2 ** 31]) throws(() => Fd.open(path, wrong), range);
    for (const wrong of ["", "x", "rw", "W", "toString"]) {
      throws(() => Fd.open(path, wrong), range);
    }
    for (const wrong of [null, "0600", 1.5, Number.NaN, 0o600n]) {
      throws(() => Fd.open(path, "w", { mode: wrong as number }), type);
    }
    for (const wrong of [-1, 0o10000]) throws(() => Fd.open(path, "w", { mode: wrong }), range);
    for (const wrong of [null, 0o600, "0600", [0o600]]) {
      throws(() => Fd.open(path, "w", wrong as never), type);
    }
    assert.is(existsSync(path), false);
  });
});

test.run();
