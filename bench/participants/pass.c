/* C: messages sent, received and closed in a loop on a socketpair. Arguments: socket type, descriptors, bytes, closing ("each" or
   "range"). */
#define _GNU_SOURCE
#include "serve.h"

#include <fcntl.h>
#include "rights.h"

static int fd_count, byte_count, by_range, most_flags;
static int ends[2], files[MOST_FDS];
static char *data, *into;

/* Answers how many bytes went: a stream takes large data in pieces. */
static int send_some(int from) {
  union rights control;
  struct iovec part = {data + from, byte_count - from};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (from == 0) put_rights(&message, control.bytes, files, fd_count);
  int sent = sendmsg(ends[0], &message, MSG_NOSIGNAL | most_flags);
  if (sent <= 0) fail("sendmsg");
  return sent;
}

/* A stream ends a read behind the bytes that descriptors came with: the rest is another one. */
static int receive_some(int missing, int *received) {
  union rights control;
  int fds[MOST_FDS];
  struct iovec part = {into, missing};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd_count > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
  }
  *received = recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC);
  if (*received <= 0) fail("recvmsg");
  int arrived = take_rights(&message, fds);
  close_fds(fds, arrived, by_range);
  return arrived;
}

static int receive_all(int missing) {
  int arrived = 0;
  while (missing > 0) {
    int received;
    arrived += receive_some(missing, &received);
    missing -= received;
  }
  return arrived;
}

static long pass(long count) {
  long arrived = 0;
  for (long i = 0; i < count; i++) {
    for (int from = 0; from < byte_count;) {
      int sent = send_some(from);
      arrived += receive_all(sent);
      from += sent;
    }
  }
  return arrived;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  int stream = strcmp(argv[1], "stream") == 0;
  int type = stream ? SOCK_STREAM : strcmp(argv[1], "dgram") == 0 ? SOCK_DGRAM : SOCK_SEQPACKET;
  fd_count = atoi(argv[2]);
  byte_count = atoi(argv[3]);
  by_range = strcmp(argv[4], "range") == 0;
  most_flags = byte_count > 65536 ? MSG_DONTWAIT : 0;
  data = calloc(1, byte_count);
  into = calloc(1, byte_count);
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair");
  for (int i = 0; i < fd_count; i++) {
    files[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (files[i] < 0) fail("open");
  }
  serve(pass);
  return 0;
}
