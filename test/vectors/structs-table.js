// What compile-structs.js asks the headers of Linux: structs that travel in control messages, with a value for each member, and constants.

/**
 * @typedef {object} Struct
 * @property {string} c its C type
 * @property {string} [header]
 * @property {string} [declared] its text, where the compiled headers are older than the struct or hold it in no struct of its own
 * @property {readonly string[]} names C names of the control messages that hold it
 * @property {string} [value] of a scalar, as C
 * @property {Readonly<Record<string, string>>} [members] values as C
 * @property {Readonly<Record<string, string>>} [named] constants that a member may be, by member
 */

const SCTP_FLAGS =
  "SCTP_UNORDERED SCTP_ADDR_OVER SCTP_ABORT SCTP_SACK_IMMEDIATELY SCTP_SENDALL SCTP_PR_SCTP_ALL SCTP_NOTIFICATION SCTP_EOF SCTP_PR_SCTP_TTL SCTP_PR_SCTP_RTX SCTP_PR_SCTP_PRIO";

const EXTENDED_ERROR = {
  ee_errno: "11",
  ee_origin: "4",
  ee_type: "0",
  ee_code: "0",
  ee_pad: "0",
  ee_info: "2",
  ee_data: "0x81828384",
};

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

/** A struct sockaddr_in of `name`. @param {string} name */
const inet = (name) => ({
  [`${name}sin_family`]: "2",
  [`${name}sin_port`]: "0x1112",
  [`${name}sin_addr.s_addr`]: "0x21222324",
  [`${name}sin_zero`]: "{ 0 }",
});

/** A struct sockaddr_in6 of `name`. @param {string} name */
const inet6 = (name) => ({
  [`${name}sin6_family`]: "10",
  [`${name}sin6_port`]: "0x1112",
  [`${name}sin6_flowinfo`]: "0x21222324",
  [`${name}sin6_addr`]: ADDRESS,
  [`${name}sin6_scope_id`]: "0x81828384",
});

const ADDRESS =
  "{ .s6_addr = { 0x20, 1, 0xd, 0xb8, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xff } }";

const REFUSED = {
  "ee.ee_errno": "11",
  "ee.ee_origin": "2",
  "ee.ee_type": "3",
  "ee.ee_code": "3",
  "ee.ee_pad": "0",
  "ee.ee_info": "0x71727374",
  "ee.ee_data": "0x81828384",
};

/** @param {string} sockaddr */
const reported = (sockaddr) =>
  `#include <netinet/in.h>\nstruct reported { struct sock_extended_err ee; struct ${sockaddr} offender; };`;

/** @type {readonly Struct[]} */
export const STRUCTS = [
  {
    c: "struct ucred",
    header: "sys/socket.h",
    names: ["SCM_CREDENTIALS"],
    members: { pid: "0x11121314", uid: "0x81828384", gid: "0xfffffffe" },
  },
  {
    c: "struct in_pktinfo",
    header: "netinet/in.h",
    names: ["IP_PKTINFO"],
    members: {
      ipi_ifindex: "0x11121314",
      "ipi_spec_dst.s_addr": "0x21222324",
      "ipi_addr.s_addr": "0x31323334",
    },
  },
  {
    c: "struct in6_pktinfo",
    header: "netinet/in.h",
    names: ["IPV6_PKTINFO", "IPV6_2292PKTINFO"],
    members: { ipi6_addr: ADDRESS, ipi6_ifindex: "0x81828384" },
  },
  {
    c: "struct sockaddr_in",
    header: "netinet/in.h",
    names: ["IP_ORIGDSTADDR"],
    members: inet(""),
  },
  {
    c: "struct sockaddr_in6",
    header: "netinet/in.h",
    names: ["IPV6_ORIGDSTADDR"],
    members: inet6(""),
  },
  {
    c: "struct ip6_mtuinfo",
    header: "netinet/in.h",
    names: ["IPV6_PATHMTU"],
    members: { ...inet6("ip6m_addr."), ip6m_mtu: "0x81828384" },
  },
  {
    c: "struct reported",
    header: "linux/errqueue.h",
    declared: reported("sockaddr_in"),
    names: ["IP_RECVERR"],
    members: { ...REFUSED, ...inet("offender.") },
  },
  {
    c: "struct reported",
    header: "linux/errqueue.h",
    declared: reported("sockaddr_in6"),
    names: ["IPV6_RECVERR"],
    members: { ...REFUSED, ...inet6("offender.") },
  },
  {
    c: "struct scm_ts_pktinfo",
    header: "linux/net_tstamp.h",
    names: ["SCM_TIMESTAMPING_PKTINFO"],
    members: { if_index: "0x11121314", pkt_length: "0x81828384", reserved: "{ 0 }" },
  },
  {
    c: "struct dmabuf_cmsg",
    declared:
      "struct dmabuf_cmsg { __u64 frag_offset; __u32 frag_size; __u32 frag_token; __u32 dmabuf_id; __u32 flags; };",
    names: ["SCM_DEVMEM_LINEAR", "SCM_DEVMEM_DMABUF"],
    members: {
      frag_offset: "0xf1f2f3f4f5f6f7f8",
      frag_size: "0x11121314",
      frag_token: "0x21222324",
      dmabuf_id: "0x31323334",
      flags: "0",
    },
  },
  {
    c: "struct sctp_initmsg",
    header: "linux/sctp.h",
    names: ["SCTP_INIT"],
    members: {
      sinit_num_ostreams: "0x1112",
      sinit_max_instreams: "0x2122",
      sinit_max_attempts: "0x3132",
      sinit_max_init_timeo: "0xf1f2",
    },
  },
  {
    c: "struct sctp_sndrcvinfo",
    header: "linux/sctp.h",
    names: ["SCTP_SNDRCV"],
    members: {
      sinfo_stream: "0x1112",
      sinfo_ssn: "0x2122",
      sinfo_flags: "0x203",
      sinfo_ppid: "0x41424344",
      sinfo_context: "0x51525354",
      sinfo_timetolive: "0x61626364",
      sinfo_tsn: "0x71727374",
      sinfo_cumtsn: "0x81828384",
      sinfo_assoc_id: "-2",
    },
    named: { sinfo_flags: SCTP_FLAGS },
  },
  {
    c: "struct sctp_sndinfo",
    header: "linux/sctp.h",
    names: ["SCTP_SNDINFO"],
    members: {
      snd_sid: "0x1112",
      snd_flags: "0x30",
      snd_ppid: "0x31323334",
      snd_context: "0x41424344",
      snd_assoc_id: "-2",
    },
    named: { snd_flags: SCTP_FLAGS },
  },
  {
    c: "struct sctp_rcvinfo",
    header: "linux/sctp.h",
    names: ["SCTP_RCVINFO"],
    members: {
      rcv_sid: "0x1112",
      rcv_ssn: "0x2122",
      rcv_flags: "0x8001",
      rcv_ppid: "0x31323334",
      rcv_tsn: "0x41424344",
      rcv_cumtsn: "0x51525354",
      rcv_context: "0x61626364",
      rcv_assoc_id: "0x71727374",
    },
    named: { rcv_flags: SCTP_FLAGS },
  },
  {
    c: "struct sctp_nxtinfo",
    header: "linux/sctp.h",
    names: ["SCTP_NXTINFO"],
    members: {
      nxt_sid: "0x1112",
      nxt_flags: "0x1001",
      nxt_ppid: "0x31323334",
      nxt_length: "0x41424344",
      nxt_assoc_id: "0x71727374",
    },
    named: { nxt_flags: SCTP_FLAGS },
  },
  {
    c: "struct sctp_prinfo",
    header: "linux/sctp.h",
    names: ["SCTP_PRINFO"],
    members: { pr_policy: "0x20", pr_value: "0x81828384" },
    named: { pr_policy: "SCTP_PR_SCTP_NONE SCTP_PR_SCTP_TTL SCTP_PR_SCTP_RTX SCTP_PR_SCTP_PRIO" },
  },
  {
    c: "struct sctp_authinfo",
    header: "linux/sctp.h",
    names: ["SCTP_AUTHINFO"],
    members: { auth_keynumber: "0x1112" },
  },
  {
    c: "struct tpacket_auxdata",
    header: "linux/if_packet.h",
    names: ["PACKET_AUXDATA"],
    members: {
      tp_status: "0xa0000451",
      tp_len: "0x21222324",
      tp_snaplen: "0x31323334",
      tp_mac: "0x4142",
      tp_net: "0x5152",
      tp_vlan_tci: "0x6162",
      tp_vlan_tpid: "0x8100",
    },
    named: {
      tp_status:
        "TP_STATUS_USER TP_STATUS_COPY TP_STATUS_LOSING TP_STATUS_CSUMNOTREADY TP_STATUS_VLAN_VALID TP_STATUS_BLK_TMO TP_STATUS_VLAN_TPID_VALID TP_STATUS_CSUM_VALID TP_STATUS_TS_SOFTWARE TP_STATUS_TS_SYS_HARDWARE TP_STATUS_TS_RAW_HARDWARE",
    },
  },
  {
    c: "struct sock_extended_err",
    header: "linux/errqueue.h",
    names: [
      "PACKET_TX_TIMESTAMP",
      "BT_SCM_ERROR",
      "SCM_CAN_RAW_ERRQUEUE",
      "SCM_J1939_ERRQUEUE",
      "VSOCK_RECVERR",
    ],
    members: EXTENDED_ERROR,
    named: {
      ee_origin:
        "SO_EE_ORIGIN_NONE SO_EE_ORIGIN_LOCAL SO_EE_ORIGIN_ICMP SO_EE_ORIGIN_ICMP6 SO_EE_ORIGIN_TXSTATUS SO_EE_ORIGIN_ZEROCOPY SO_EE_ORIGIN_TXTIME",
      ee_info: "SCM_TSTAMP_SND SCM_TSTAMP_SCHED SCM_TSTAMP_ACK",
    },
  },
  {
    c: "struct nl_pktinfo",
    header: "linux/netlink.h",
    names: ["NETLINK_PKTINFO"],
    members: { group: "0x81828384" },
  },
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

/** Constants of the C names that control messages are known by, and of the options that ask for them, by header. */
export const CONSTANTS = {
  "linux/sctp.h":
    "SCTP_INIT SCTP_SNDRCV SCTP_SNDINFO SCTP_RCVINFO SCTP_NXTINFO SCTP_PRINFO SCTP_AUTHINFO SCTP_DSTADDRV4 SCTP_DSTADDRV6 SCTP_EVENTS SCTP_RECVRCVINFO SCTP_RECVNXTINFO",
  "linux/if_packet.h": "PACKET_AUXDATA PACKET_TX_TIMESTAMP",
  "linux/if_ether.h": "ETH_P_8021Q ETH_P_8021AD",
  "linux/netlink.h": "NETLINK_PKTINFO NETLINK_LISTEN_ALL_NSID",
  "linux/rds.h":
    "SOL_RDS RDS_RECVERR RDS_CONG_MONITOR SO_RDS_MSG_RXPATH_LATENCY RDS_CMSG_RDMA_ARGS RDS_CMSG_RDMA_DEST RDS_CMSG_RDMA_MAP RDS_CMSG_RDMA_STATUS RDS_CMSG_CONG_UPDATE RDS_CMSG_ATOMIC_FADD RDS_CMSG_ATOMIC_CSWP RDS_CMSG_MASKED_ATOMIC_FADD RDS_CMSG_MASKED_ATOMIC_CSWP RDS_CMSG_RXPATH_LATENCY RDS_CMSG_ZCOPY_COOKIE RDS_CMSG_ZCOPY_COMPLETION",
  "linux/tipc.h": "SOL_TIPC TIPC_ERRINFO TIPC_RETDATA TIPC_DESTNAME",
  "linux/rxrpc.h":
    "RXRPC_USER_CALL_ID RXRPC_ABORT RXRPC_ACK RXRPC_NET_ERROR RXRPC_BUSY RXRPC_LOCAL_ERROR RXRPC_NEW_CALL RXRPC_EXCLUSIVE_CALL RXRPC_UPGRADE_SERVICE RXRPC_TX_LENGTH RXRPC_SET_CALL_TIMEOUT RXRPC_CHARGE_ACCEPT",
  "linux/llc.h": "LLC_OPT_PKTINFO",
  "linux/if_alg.h": "ALG_SET_IV ALG_SET_OP ALG_SET_AEAD_ASSOCLEN ALG_OP_DECRYPT ALG_OP_ENCRYPT",
  "linux/tls.h": "TLS_SET_RECORD_TYPE TLS_GET_RECORD_TYPE",
  "linux/can/raw.h": "SOL_CAN_RAW SCM_CAN_RAW_ERRQUEUE",
  "linux/can/j1939.h":
    "SOL_CAN_J1939 SO_J1939_ERRQUEUE SCM_J1939_DEST_ADDR SCM_J1939_DEST_NAME SCM_J1939_PRIO SCM_J1939_ERRQUEUE J1939_IDLE_ADDR J1939_NO_ADDR J1939_EE_INFO_NONE J1939_EE_INFO_TX_ABORT J1939_EE_INFO_RX_RTS J1939_EE_INFO_RX_DPO J1939_EE_INFO_RX_ABORT",
  "sys/socket.h":
    "AF_NETLINK AF_PACKET AF_RDS AF_LLC AF_CAN AF_TIPC AF_BLUETOOTH AF_IUCV AF_RXRPC AF_IEEE802154 AF_ALG AF_VSOCK SOL_PACKET SOL_LLC SOL_DCCP SOL_NETLINK SOL_TIPC SOL_RXRPC SOL_BLUETOOTH SOL_RDS SOL_IUCV SOL_ALG SOL_TLS",
  "linux/dccp.h": "DCCP_SCM_PRIORITY",
};

/** Abort codes of linux/rxrpc.h. */
export const RXRPC_ABORTS =
  "RX_CALL_DEAD RX_INVALID_OPERATION RX_CALL_TIMEOUT RX_EOF RX_PROTOCOL_ERROR RX_USER_ABORT RX_ADDRINUSE RX_DEBUGI_BADTYPE RXGEN_CC_MARSHAL RXGEN_CC_UNMARSHAL RXGEN_SS_MARSHAL RXGEN_SS_UNMARSHAL RXGEN_DECODE RXGEN_OPCODE RXGEN_SS_XDRFREE RXGEN_CC_XDRFREE RXKADINCONSISTENCY RXKADPACKETSHORT RXKADLEVELFAIL RXKADTICKETLEN RXKADOUTOFSEQUENCE RXKADNOAUTH RXKADBADKEY RXKADBADTICKET RXKADUNKNOWNKEY RXKADEXPIRED RXKADSEALEDINCON RXKADDATALEN RXKADILLEGALLEVEL";
