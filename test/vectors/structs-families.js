// Structs of compile-structs.js: RDS, TIPC, LLC, AF_ALG, RxRPC, Bluetooth.

const RDS_FLAGS = {
  flags:
    "RDS_RDMA_READWRITE RDS_RDMA_FENCE RDS_RDMA_INVALIDATE RDS_RDMA_USE_ONCE RDS_RDMA_DONTWAIT RDS_RDMA_NOTIFY_ME RDS_RDMA_SILENT",
};

/** @param {Readonly<Record<string, string>>} operands */
const atomic = (operands) => ({
  cookie: "0x1112131415161718",
  local_addr: "0x2122232425262728",
  remote_addr: "0x3132333435363738",
  ...operands,
  flags: "0x21",
  user_token: "0xf1f2f3f4f5f6f7f8",
});

/** @type {readonly import("./structs-table.js").Struct[]} */
export const FAMILY_STRUCTS = [
  {
    c: "struct rds_rdma_args",
    header: "linux/rds.h",
    names: ["RDS_CMSG_RDMA_ARGS"],
    members: {
      cookie: "0x1112131415161718",
      "remote_vec.addr": "0x2122232425262728",
      "remote_vec.bytes": "0x3132333435363738",
      local_vec_addr: "0x4142434445464748",
      nr_local: "0x5152535455565758",
      flags: "0x8000000000000003",
      user_token: "0xf1f2f3f4f5f6f7f8",
    },
    named: RDS_FLAGS,
  },
  {
    c: "struct rds_get_mr_args",
    header: "linux/rds.h",
    names: ["RDS_CMSG_RDMA_MAP"],
    members: {
      "vec.addr": "0x1112131415161718",
      "vec.bytes": "0x2122232425262728",
      cookie_addr: "0x3132333435363738",
      flags: "0x28",
    },
    named: RDS_FLAGS,
  },
  {
    c: "struct rds_rdma_notify",
    header: "linux/rds.h",
    names: ["RDS_CMSG_RDMA_STATUS"],
    members: { user_token: "0xf1f2f3f4f5f6f7f8", status: "2" },
    named: {
      status:
        "RDS_RDMA_SUCCESS RDS_RDMA_REMOTE_ERROR RDS_RDMA_CANCELED RDS_RDMA_DROPPED RDS_RDMA_OTHER_ERROR",
    },
  },
  {
    c: "struct rds_atomic_args",
    header: "linux/rds.h",
    names: ["RDS_CMSG_ATOMIC_FADD"],
    members: atomic({ "fadd.add": "0x4142434445464748" }),
    named: RDS_FLAGS,
  },
  {
    c: "struct rds_atomic_args",
    header: "linux/rds.h",
    names: ["RDS_CMSG_ATOMIC_CSWP"],
    members: atomic({ "cswp.compare": "0x4142434445464748", "cswp.swap": "0x5152535455565758" }),
    named: RDS_FLAGS,
  },
  {
    c: "struct rds_atomic_args",
    header: "linux/rds.h",
    names: ["RDS_CMSG_MASKED_ATOMIC_FADD"],
    members: atomic({
      "m_fadd.add": "0x4142434445464748",
      "m_fadd.nocarry_mask": "0x5152535455565758",
    }),
    named: RDS_FLAGS,
  },
  {
    c: "struct rds_atomic_args",
    header: "linux/rds.h",
    names: ["RDS_CMSG_MASKED_ATOMIC_CSWP"],
    members: atomic({
      "m_cswp.compare": "0x4142434445464748",
      "m_cswp.swap": "0x5152535455565758",
      "m_cswp.compare_mask": "0x6162636465666768",
      "m_cswp.swap_mask": "0x7172737475767778",
    }),
    named: RDS_FLAGS,
  },
  {
    c: "struct rds_cmsg_rx_trace",
    header: "linux/rds.h",
    names: ["RDS_CMSG_RXPATH_LATENCY"],
    members: {
      rx_traces: "2",
      rx_trace_pos: "{ 0, 2, 0 }",
      rx_trace: "{ 0x1112131415161718, 0x2122232425262728, 0 }",
    },
    named: {
      rx_trace_pos:
        "RDS_MSG_RX_HDR_TO_DGRAM_START RDS_MSG_RX_DGRAM_REASSEMBLE RDS_MSG_RX_DGRAM_DELIVERED",
    },
  },
  {
    c: "struct rds_zcopy_cookies",
    header: "linux/rds.h",
    names: ["RDS_CMSG_ZCOPY_COMPLETION"],
    members: { num: "2", cookies: "{ 0x11121314, 0x81828384 }" },
  },
  {
    c: "rds_rdma_cookie_t",
    header: "linux/rds.h",
    names: ["RDS_CMSG_RDMA_DEST", "RDS_CMSG_CONG_UPDATE"],
    value: "0xf1f2f3f4f5f6f7f8",
  },
  {
    c: "struct tipc_service_range",
    header: "linux/tipc.h",
    names: ["TIPC_DESTNAME"],
    members: { type: "0x11121314", lower: "0x21222324", upper: "0x81828384" },
  },
  {
    c: "struct error_info",
    header: "linux/tipc.h",
    declared: "struct error_info { __u32 error; __u32 length; };",
    names: ["TIPC_ERRINFO"],
    members: { error: "3", length: "0x81828384" },
    named: {
      error:
        "TIPC_OK TIPC_ERR_NO_NAME TIPC_ERR_NO_PORT TIPC_ERR_NO_NODE TIPC_ERR_OVERLOAD TIPC_CONN_SHUTDOWN",
    },
  },
  {
    c: "struct llc_pktinfo",
    header: "linux/llc.h",
    names: ["LLC_OPT_PKTINFO"],
    members: {
      lpi_ifindex: "0x11121314",
      lpi_sap: "0xaa",
      lpi_mac: "{ 0x02, 0x31, 0x32, 0x33, 0x34, 0xf5 }",
    },
    named: {
      lpi_sap:
        "LLC_SAP_NULL LLC_SAP_LLC LLC_SAP_SNA LLC_SAP_PNM LLC_SAP_IP LLC_SAP_BSPAN LLC_SAP_MMS LLC_SAP_8208 LLC_SAP_3COM LLC_SAP_PRO LLC_SAP_SNAP LLC_SAP_BANYAN LLC_SAP_IPX LLC_SAP_NETBEUI LLC_SAP_LANMGR LLC_SAP_IMPL LLC_SAP_DISC LLC_SAP_OSI LLC_SAP_LAR LLC_SAP_RM LLC_SAP_GLOBAL",
    },
  },
  {
    c: "struct iv_of_12",
    header: "linux/if_alg.h",
    declared: "struct iv_of_12 { struct af_alg_iv head; __u8 iv[12]; };",
    names: ["ALG_SET_IV"],
    members: {
      "head.ivlen": "12",
      iv: "{ 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0xfc }",
    },
  },
  {
    c: "unsigned long",
    names: ["RXRPC_USER_CALL_ID"],
    value: "0xf1f2f3f4",
  },
  {
    c: "struct rxrpc_challenge",
    declared: "struct rxrpc_challenge { __u16 service_id; __u8 security_index; __u8 pad; };",
    header: "linux/rxrpc.h",
    names: ["RXRPC_CHALLENGED"],
    members: { service_id: "0x1112", security_index: "4", pad: "0" },
    named: {
      security_index:
        "RXRPC_SECURITY_NONE RXRPC_SECURITY_RXKAD RXRPC_SECURITY_RXGK RXRPC_SECURITY_RXK5",
    },
  },
  {
    c: "struct __kernel_old_timeval",
    header: "linux/time_types.h",
    names: ["HCI_CMSG_TSTAMP"],
    members: { tv_sec: "0x11121314", tv_usec: "0x000a1b2c" },
  },
];
