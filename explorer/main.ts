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

function draw(state: State): void {
  drawPage(app, state);
  const fragment = `#${fragmentOf(state)}`;
  if (location.hash !== fragment) history.replaceState(null, "", fragment);
}

const opened = stateOf(location.hash, firstDoc());
const store: Store = new Store(opened.state, draw);
const app: App = listen(store);
app.refuse(opened.refused);
draw(opened.state);

// What the page writes itself is no navigation: this is a link, or somebody at the address.
window.addEventListener("hashchange", () => {
  const next = stateOf(location.hash, firstDoc());
  store.open(next.state);
  app.refuse(next.refused);
});
