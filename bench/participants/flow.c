/* C: messages in one direction from another process, over an AF_UNIX socketpair. Arguments: "each" or "mmsg", descriptors and bytes of
   a message, socket type, the command of the process that sends. "feed" for it makes this program that process, whose standard input
   is the socket: a message with a number comes in, and so many go out. */
#define _GNU_SOURCE
#include "serve.h"

#include <fcntl.h>
#include "rights.h"

#define MANY 32
#define CONTROL 64

static int fd_count, by_batch, end, file;
static long byte_count;
static char *data;
static struct mmsghdr messages[MANY];
static struct iovec parts[MANY];
static char control[MANY][CONTROL] __attribute__((aligned(8)));

static void lay_out(int i) {
  parts[i] = (struct iovec){data, byte_count};
  messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
  put_rights(&messages[i].msg_hdr, control[i], &file, fd_count);
}

static void feed_each(long count) {
  for (long i = 0; i < count; i++) {
    lay_out(0);
    if (sendmsg(end, &messages[0].msg_hdr, MSG_NOSIGNAL) != byte_count) fail("sendmsg");
  }
}

static void feed_batch(long count) {
  for (long sent = 0; sent < count;) {
    int many = count - sent < MANY ? count - sent : MANY;
    for (int i = 0; i < many; i++) lay_out(i);
    int taken = sendmmsg(end, messages, many, MSG_NOSIGNAL);
    if (taken <= 0) fail("sendmmsg");
    sent += taken;
  }
}

static void feed(void) {
  char request[32];
  for (;;) {
    ssize_t length = recv(end, request, sizeof request - 1, 0);
    if (length <= 0) return;
    request[length] = 0;
    (by_batch ? feed_batch : feed_each)(atol(request));
  }
}

/* What one message brings is closed. */
static long open_message(struct msghdr *message, int *fds) {
  return fd_count == 0 ? 0 : take_rights(message, fds);
}

static void prepare(int i) {
  parts[i] = (struct iovec){data + (by_batch ? i * byte_count : 0), byte_count};
  messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
  if (fd_count == 0) return;
  messages[i].msg_hdr.msg_control = control[i];
  messages[i].msg_hdr.msg_controllen = CONTROL;
}

static long drain_each(long missing) {
  int fds[MOST_FDS];
  long arrived = 0;
  while (missing > 0) {
    prepare(0);
    ssize_t received = recvmsg(end, &messages[0].msg_hdr, MSG_CMSG_CLOEXEC);
    if (received <= 0) fail("recvmsg");
    int count = open_message(&messages[0].msg_hdr, fds);
    close_fds(fds, count, 0);
    arrived += count;
    missing -= received;
  }
  return arrived;
}

static long drain_batch(long missing) {
  int fds[MANY * MOST_FDS];
  long arrived = 0;
  while (missing > 0) {
    int count = 0;
    for (int i = 0; i < MANY; i++) prepare(i);
    int got = recvmmsg(end, messages, MANY, MSG_CMSG_CLOEXEC | MSG_WAITFORONE, NULL);
    if (got <= 0) fail("recvmmsg");
    for (int i = 0; i < got; i++) {
      missing -= messages[i].msg_len;
      count += open_message(&messages[i].msg_hdr, fds + count);
    }
    close_fds(fds, count, 1);
    arrived += count;
  }
  return arrived;
}

static long pass(long count) {
  char request[32];
  int length = snprintf(request, sizeof request, "%ld", count);
  if (send(end, request, length, MSG_NOSIGNAL) != length) fail("send");
  return (by_batch ? drain_batch : drain_each)(count * byte_count);
}

static void start(int type, char **command) {
  int ends[2];
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair");
  pid_t peer = fork();
  if (peer < 0) fail("fork");
  if (peer == 0) {
    dup2(ends[1], 0);
    execvp(command[0], command);
    fail(command[0]);
  }
  close(ends[1]);
  end = ends[0];
  if (clock_getcpuclockid(peer, &partner) != 0) fail("clock_getcpuclockid");
  has_partner = 1;
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  by_batch = strcmp(argv[1], "mmsg") == 0;
  fd_count = atoi(argv[2]);
  byte_count = atol(argv[3]);
  data = calloc(MANY, byte_count);
  file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (strcmp(argv[5], "feed") == 0) {
    feed();
    return 0;
  }
  start(strcmp(argv[4], "stream") == 0 ? SOCK_STREAM : SOCK_SEQPACKET, argv + 5);
  serve(pass);
  return 0;
}
