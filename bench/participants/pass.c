/* C: messages sent, received and closed in a loop on a socketpair. Arguments: socket type, descriptors, bytes, closing ("each" or
   "range"). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 253

static int fd_count, byte_count, by_range;
static int ends[2], files[MOST];
static char *data, *into;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void send_one(void) {
  union {
    char bytes[CMSG_SPACE(MOST * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {data, byte_count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd_count > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
    memcpy(CMSG_DATA(header), files, fd_count * sizeof(int));
  }
  if (sendmsg(ends[0], &message, MSG_NOSIGNAL) != byte_count) fail("sendmsg");
}

static void close_all(int *fds, int count) {
  if (by_range && count > 1 && fds[count - 1] - fds[0] == count - 1) {
    if (close_range(fds[0], fds[count - 1], 0) < 0) fail("close_range");
    return;
  }
  for (int i = 0; i < count; i++) {
    if (close(fds[i]) < 0) fail("close");
  }
}

/* A stream ends a read behind the bytes that descriptors came with: the rest is another one. */
static int receive_some(int missing, int *received) {
  union {
    char bytes[CMSG_SPACE(MOST * sizeof(int))];
    struct cmsghdr align;
  } control;
  int fds[MOST];
  int arrived = 0;
  struct iovec part = {into, missing};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd_count > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
  }
  *received = recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC);
  if (*received <= 0) fail("recvmsg");
  if (message.msg_flags & MSG_CTRUNC) fail("truncated");
  for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h != NULL; h = CMSG_NXTHDR(&message, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) continue;
    int count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds + arrived, CMSG_DATA(h), count * sizeof(int));
    arrived += count;
  }
  close_all(fds, arrived);
  return arrived;
}

static int receive_one(void) {
  int missing = byte_count, arrived = 0;
  while (missing > 0) {
    int received;
    arrived += receive_some(missing, &received);
    missing -= received;
  }
  return arrived;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  int type = strcmp(argv[1], "stream") == 0 ? SOCK_STREAM : SOCK_SEQPACKET;
  fd_count = atoi(argv[2]);
  byte_count = atoi(argv[3]);
  by_range = strcmp(argv[4], "range") == 0;
  data = calloc(1, byte_count);
  into = calloc(1, byte_count);
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair");
  for (int i = 0; i < fd_count; i++) {
    files[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (files[i] < 0) fail("open");
  }
  char line[32];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long count = atol(line), arrived = 0;
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (long i = 0; i < count; i++) {
      send_one();
      arrived += receive_one();
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    long long ns = (to.tv_sec - from.tv_sec) * 1000000000LL + (to.tv_nsec - from.tv_nsec);
    printf("%lld %ld\n", ns, arrived);
    fflush(stdout);
  }
  return 0;
}
