/* C: datagrams over 127.0.0.1. Arguments: "receive" (only that is measured; each brings its destination and its time, which are read)
   or "send" (only that); bytes of a datagram; datagrams of a queue; how: "each", "mmsg", or "offload", the kernel's own batches
   (UDP_SEGMENT, UDP_GRO). */
#define _GNU_SOURCE
#include "serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#define SOCKETS 8
#define MOST 64
#define CONTROL 256

static int byte_count, queue, offloads, batches, sends;
static int senders[SOCKETS], receivers[SOCKETS];
static char data[65536], into[MOST][65536], control[MOST][CONTROL] __attribute__((aligned(8)));
static struct iovec parts[MOST];
static struct mmsghdr messages[MOST];
static volatile unsigned long seen;

static void lay_out(int count, char *bytes, size_t length) {
  for (int i = 0; i < count; i++) {
    parts[i] = (struct iovec){bytes, length};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
  }
}

static void send_segments(int fd) {
  lay_out(1, data, (size_t)byte_count * queue);
  struct msghdr *message = &messages[0].msg_hdr;
  message->msg_control = control[0];
  message->msg_controllen = CMSG_SPACE(sizeof(unsigned short));
  struct cmsghdr *header = CMSG_FIRSTHDR(message);
  *header = (struct cmsghdr){CMSG_LEN(sizeof(unsigned short)), SOL_UDP, UDP_SEGMENT};
  *(unsigned short *)CMSG_DATA(header) = byte_count;
  if (sendmsg(fd, message, 0) != byte_count * queue) fail("sendmsg");
}

static void send_queue(int fd) {
  if (offloads) return send_segments(fd);
  if (sends && !batches) {
    for (int i = 0; i < queue; i++) {
      if (send(fd, data, byte_count, 0) != byte_count) fail("send");
    }
    return;
  }
  lay_out(queue, data, byte_count);
  if (sendmmsg(fd, messages, queue, 0) != queue) fail("sendmmsg");
}

static void prepare(int i) {
  parts[i] = (struct iovec){into[i], sizeof into[i]};
  messages[i].msg_hdr = (struct msghdr){
      .msg_iov = &parts[i], .msg_iovlen = 1, .msg_control = control[i], .msg_controllen = CONTROL};
}

static void open_message(struct msghdr *message) {
  for (struct cmsghdr *h = CMSG_FIRSTHDR(message); h != NULL; h = CMSG_NXTHDR(message, h)) {
    if (h->cmsg_level == IPPROTO_IP && h->cmsg_type == IP_PKTINFO)
      seen += ((struct in_pktinfo *)CMSG_DATA(h))->ipi_addr.s_addr;
    if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_TIMESTAMPNS)
      seen += ((struct timespec *)CMSG_DATA(h))->tv_nsec;
    if (h->cmsg_level == SOL_UDP && h->cmsg_type == UDP_GRO) seen += *(int *)CMSG_DATA(h);
  }
}

/* Answers the bytes that came with one call. */
static long receive_some(int fd) {
  long bytes = 0;
  int many = batches ? queue : 1;
  for (int i = 0; i < many; i++) prepare(i);
  if (!batches) {
    bytes = recvmsg(fd, &messages[0].msg_hdr, MSG_DONTWAIT);
    if (bytes < 0) fail("recvmsg");
    open_message(&messages[0].msg_hdr);
    return bytes;
  }
  int got = recvmmsg(fd, messages, many, MSG_DONTWAIT, NULL);
  if (got <= 0) fail("recvmmsg");
  for (int i = 0; i < got; i++) {
    bytes += messages[i].msg_len;
    open_message(&messages[i].msg_hdr);
  }
  return bytes;
}

static long receive_queue(int fd) {
  long bytes = 0;
  while (bytes < (long)byte_count * queue) bytes += receive_some(fd);
  return bytes;
}

static long run(long count) {
  long bytes = 0;
  for (long turn = 0; turn < count; turn++) {
    if (!sends) stop_watch();
    for (int i = 0; i < SOCKETS; i++) send_queue(senders[i]);
    if (sends) stop_watch();
    else start_watch();
    for (int i = 0; i < SOCKETS; i++) bytes += receive_queue(receivers[i]);
    if (sends) start_watch();
  }
  return bytes;
}

static void open_pair(int i) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int on = 1, sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(receiver, (struct sockaddr *)&address, length) < 0) fail("bind");
  getsockname(receiver, (struct sockaddr *)&address, &length);
  if (connect(sender, (struct sockaddr *)&address, length) < 0) fail("connect");
  if (!sends) {
    setsockopt(receiver, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    setsockopt(receiver, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  }
  if (offloads && !sends) setsockopt(receiver, SOL_UDP, UDP_GRO, &on, sizeof on);
  senders[i] = sender;
  receivers[i] = receiver;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  sends = strcmp(argv[1], "send") == 0;
  byte_count = atoi(argv[2]);
  queue = atoi(argv[3]);
  offloads = strcmp(argv[4], "offload") == 0;
  batches = strcmp(argv[4], "mmsg") == 0;
  for (int i = 0; i < SOCKETS; i++) open_pair(i);
  serve(run);
  return 0;
}
