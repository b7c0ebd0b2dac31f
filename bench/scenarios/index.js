// What is compared with what: all scenarios, in the order of the table. A scenario belongs to a group, and each group's results are
// one file.

import { batchScenarios } from "./batches.js";
import { codingScenarios } from "./coding.js";
import { datagramScenarios } from "./datagrams.js";
import { flowScenarios } from "./flows.js";
import { passingScenarios } from "./passing.js";
import { tripScenarios } from "./trips.js";

/** @param {import("../prepare.js").Peers} peers @returns {readonly import("../measure.js").Scenario[]} */
export function scenarios(peers) {
  return [
    ...passingScenarios(peers),
    ...batchScenarios(peers),
    ...datagramScenarios(peers),
    ...tripScenarios(peers),
    ...flowScenarios(peers),
    ...codingScenarios(peers),
  ];
}
