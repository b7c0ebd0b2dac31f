// The page: reads its address, draws all parts, and writes its address.

import { credentials, encodeControl, rights } from "../src/codec.js";
import { type App, drawPage, listen } from "./page.js";
import { fragmentOf, stateOf } from "./permalink.js";
import { type Doc, type State, Store } from "./state.js";

/** What a page without a link shows. */
function firstDoc(): Doc {
  const abi = "linux-x86_64-glibc";
  const messages = [rights([3, 4, 5]), credentials({ pid: 1234, uid: 1000, gid: 1000 })];
  return { abi, bytes: encodeControl(messages, { abi }), unknown: [] };
}

/** The fragment that this page has written itself. */
let written = "";

function draw(state: State): void {
  drawPage(app, state);
  const fragment = `#${fragmentOf(state)}`;
  if (fragment === written) return;
  written = fragment;
  history.replaceState(null, "", fragment);
}

const opened = stateOf(location.hash, firstDoc());
const store: Store = new Store(opened.state, draw);
const app: App = listen(store);
app.refuse(opened.refused);
draw(opened.state);

window.addEventListener("hashchange", () => {
  if (location.hash === written) return;
  const next = stateOf(location.hash, firstDoc());
  store.open(next.state);
  app.refuse(next.refused);
});
