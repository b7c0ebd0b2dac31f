/* C: messages sent, received and closed, so many at a time. Arguments: "seqpacket", "dgram" or "udp" (which brings destination and
   time of each), descriptors, bytes, messages of a turn, how: "each" (a call for every message), "mmsg", "range" (and closed by
   close_range). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 256
#define CONTROL 256

static int fd_count, byte_count, batch, ends[2], file;
static int by_batch, by_range;
static char *data, *into;
static struct mmsghdr out[MOST], in[MOST];
static struct iovec out_parts[MOST], in_parts[MOST];
static char out_control[MOST][CONTROL] __attribute__((aligned(8)));
static char in_control[MOST][CONTROL] __attribute__((aligned(8)));

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void lay_out(int i) {
  struct msghdr *message = &out[i].msg_hdr;
  out_parts[i] = (struct iovec){data, byte_count};
  *message = (struct msghdr){.msg_iov = &out_parts[i], .msg_iovlen = 1};
  if (fd_count == 0) return;
  message->msg_control = out_control[i];
  message->msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
  struct cmsghdr *header = CMSG_FIRSTHDR(message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
  for (int n = 0; n < fd_count; n++) memcpy(CMSG_DATA(header) + n * sizeof(int), &file, sizeof(int));
}

static void prepare(int i) {
  in_parts[i] = (struct iovec){into + (long)i * byte_count, byte_count};
  in[i].msg_hdr = (struct msghdr){
      .msg_iov = &in_parts[i], .msg_iovlen = 1, .msg_control = in_control[i], .msg_controllen = CONTROL};
}

/* Descriptors, or control messages of a datagram: appended to fds, or counted. */
static int open_message(struct msghdr *message, int *fds) {
  int found = 0;
  for (struct cmsghdr *h = CMSG_FIRSTHDR(message); h != NULL; h = CMSG_NXTHDR(message, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) {
      found++;
      continue;
    }
    int count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds + found, CMSG_DATA(h), count * sizeof(int));
    found += count;
  }
  return found;
}

static void close_all(int *fds, int count) {
  if (fd_count == 0) return;
  if (by_range && fds[count - 1] - fds[0] == count - 1) {
    if (close_range(fds[0], fds[count - 1], 0) < 0) fail("close_range");
    return;
  }
  for (int i = 0; i < count; i++) {
    if (close(fds[i]) < 0) fail("close");
  }
}

static int turn_each(void) {
  int fds[64], arrived = 0;
  for (int i = 0; i < batch; i++) {
    lay_out(0);
    if (sendmsg(ends[0], &out[0].msg_hdr, MSG_NOSIGNAL) != byte_count) fail("sendmsg");
    prepare(0);
    if (recvmsg(ends[1], &in[0].msg_hdr, MSG_CMSG_CLOEXEC) != byte_count) fail("recvmsg");
    int found = open_message(&in[0].msg_hdr, fds);
    close_all(fds, found);
    arrived += found;
  }
  return arrived;
}

static int turn_batch(void) {
  int fds[64 * MOST], arrived = 0;
  for (int i = 0; i < batch; i++) lay_out(i);
  if (sendmmsg(ends[0], out, batch, MSG_NOSIGNAL) != batch) fail("sendmmsg");
  for (int i = 0; i < batch; i++) prepare(i);
  if (recvmmsg(ends[1], in, batch, MSG_CMSG_CLOEXEC | MSG_WAITFORONE, NULL) != batch) fail("recvmmsg");
  for (int i = 0; i < batch; i++) arrived += open_message(&in[i].msg_hdr, fds + arrived);
  close_all(fds, arrived);
  return arrived;
}

static void open_udp(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int on = 1;
  for (int i = 0; i < 2; i++) ends[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (bind(ends[1], (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  getsockname(ends[1], (struct sockaddr *)&address, &length);
  if (connect(ends[0], (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
  setsockopt(ends[1], IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  setsockopt(ends[1], SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  fd_count = atoi(argv[2]);
  byte_count = atoi(argv[3]);
  batch = atoi(argv[4]);
  by_range = strcmp(argv[5], "range") == 0;
  by_batch = by_range || strcmp(argv[5], "mmsg") == 0;
  data = calloc(1, byte_count);
  into = calloc(MOST, byte_count);
  file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  int type = strcmp(argv[1], "dgram") == 0 ? SOCK_DGRAM : SOCK_SEQPACKET;
  if (strcmp(argv[1], "udp") == 0) open_udp();
  else if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair");
  char line[32];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long count = atol(line), arrived = 0;
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (long i = 0; i < count; i++) arrived += by_batch ? turn_batch() : turn_each();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    long long ns = (to.tv_sec - from.tv_sec) * 1000000000LL + (to.tv_nsec - from.tv_nsec);
    printf("%lld %ld\n", ns, arrived);
    fflush(stdout);
  }
  return 0;
}
