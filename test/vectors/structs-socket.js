// Structs of compile-structs.js: credentials, addresses, packet information and errors; SCTP, packets, netlink.

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


/** @type {readonly import("./structs-table.js").Struct[]} */
export const SOCKET_STRUCTS = [
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
];
