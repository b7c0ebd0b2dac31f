/* C: messages sent, received and closed, so many at a time. Arguments: socket type, descriptors, bytes, messages of a turn, how:
   "each" (a call for every message), "mmsg", "range" (and closed by close_range). */
#define _GNU_SOURCE
#include "serve.h"

#include <fcntl.h>
#include "rights.h"

#define MOST 256
#define CONTROL 256

static int fd_count, byte_count, batch, ends[2], files[MOST_FDS];
static int by_batch, by_range;
static char *data, *into;
static struct mmsghdr out[MOST], in[MOST];
static struct iovec out_parts[MOST], in_parts[MOST];
static char out_control[MOST][CONTROL] __attribute__((aligned(8)));
static char in_control[MOST][CONTROL] __attribute__((aligned(8)));

static void lay_out(int i) {
  out_parts[i] = (struct iovec){data, byte_count};
  out[i].msg_hdr = (struct msghdr){.msg_iov = &out_parts[i], .msg_iovlen = 1};
  put_rights(&out[i].msg_hdr, out_control[i], files, fd_count);
}

static void prepare(int i) {
  in_parts[i] = (struct iovec){into + (long)i * byte_count, byte_count};
  in[i].msg_hdr = (struct msghdr){
      .msg_iov = &in_parts[i], .msg_iovlen = 1, .msg_control = in_control[i], .msg_controllen = CONTROL};
}

static long turn_each(void) {
  int fds[MOST_FDS], arrived = 0;
  for (int i = 0; i < batch; i++) {
    lay_out(0);
    if (sendmsg(ends[0], &out[0].msg_hdr, MSG_NOSIGNAL) != byte_count) fail("sendmsg");
    prepare(0);
    if (recvmsg(ends[1], &in[0].msg_hdr, MSG_CMSG_CLOEXEC) != byte_count) fail("recvmsg");
    int found = take_rights(&in[0].msg_hdr, fds);
    close_fds(fds, found, by_range);
    arrived += found;
  }
  return arrived;
}

/* The kernel stops where the other end is full: the rest goes with the next call. */
static long turn_batch(void) {
  int fds[64 * MOST];
  long arrived = 0;
  for (int i = 0; i < batch; i++) lay_out(i);
  for (int next = 0; next < batch;) {
    int sent = sendmmsg(ends[0], out + next, batch - next, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) fail("sendmmsg");
    for (int i = 0; i < sent; i++) prepare(i);
    if (recvmmsg(ends[1], in, sent, MSG_CMSG_CLOEXEC | MSG_WAITFORONE, NULL) != sent) fail("recvmmsg");
    int found = 0;
    for (int i = 0; i < sent; i++) found += take_rights(&in[i].msg_hdr, fds + found);
    close_fds(fds, found, by_range);
    arrived += found;
    next += sent;
  }
  return arrived;
}

static long pass(long count) {
  long arrived = 0;
  for (long i = 0; i < count; i++) arrived += by_batch ? turn_batch() : turn_each();
  return arrived;
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  int type = strcmp(argv[1], "dgram") == 0 ? SOCK_DGRAM : SOCK_SEQPACKET;
  fd_count = atoi(argv[2]);
  byte_count = atoi(argv[3]);
  batch = atoi(argv[4]);
  by_range = strcmp(argv[5], "range") == 0;
  by_batch = by_range || strcmp(argv[5], "mmsg") == 0;
  data = calloc(1, byte_count);
  into = calloc(MOST, byte_count);
  for (int i = 0; i < fd_count; i++) files[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair");
  serve(pass);
  return 0;
}
