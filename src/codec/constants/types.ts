// What the tables of constants share.

/** Constants by their C names. A name that a system does not have is absent. */
export type Constants = Readonly<Record<string, number | undefined>>;
