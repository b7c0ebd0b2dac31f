// This package as its users get it: built, from dist/.

/** @param {string} file */
const built = (file) => import(new URL(`../../dist/${file}`, import.meta.url).href);

/** @type {typeof import("../../dist/types/src/index.js")} */
export const cmsg = await built("index.js");

/** @type {typeof import("../../dist/types/src/codec.js")} */
export const codec = await built("codec.js");
