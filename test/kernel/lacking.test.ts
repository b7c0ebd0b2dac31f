// placeholder
import { suite } from "../support/suite.js";

const test = suite("kernel: lacking");
test("x", () => {});
test.run();
