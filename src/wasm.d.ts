/** The core's bytes as hexadecimal text, embedded when bundling. */
declare module "*.wasm" {
  const hex: string;
  export default hex;
}

/** What this package asks of WebAssembly; declared here because neither browser nor Node types are part of the codec. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: ArrayBufferView | ArrayBuffer);
    static exports(module: object): { name: string; kind: string }[];
    static imports(module: object): { module: string; name: string; kind: string }[];
  }
  class Instance {
    constructor(module: object, imports?: object);
    readonly exports: object;
  }
}
