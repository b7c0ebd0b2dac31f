// Classes of service that Darwin sends and receives packets by: SO_TC_* of bsd/sys/socket_private.h of XNU.

/** From the background to the control of the network. */
export const SERVICE_CLASSES = {
  SO_TC_BE: 0,
  SO_TC_BK_SYS: 100,
  SO_TC_BK: 200,
  SO_TC_RD: 300,
  SO_TC_OAM: 400,
  SO_TC_AV: 500,
  SO_TC_RV: 600,
  SO_TC_VI: 700,
  SO_TC_VO: 800,
  SO_TC_CTL: 900,
} as const;
