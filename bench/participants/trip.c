/* C: a message to another process and back, over an AF_UNIX stream. Arguments: "block", "poll", "spin" to try without waiting, or
   "range" to close runs of numbers with close_range; descriptors; bytes; the command of the process that answers. "echo" for it makes this program that process,
   whose standard input is the socket. */
#define _GNU_SOURCE
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include "rights.h"

static int fd_count, byte_count, polls, spins, ranges, end, files[MOST_FDS], arrived_fds[MOST_FDS];
static char data[65536];

static void send_fds(const int *fds) {
  union rights control;
  struct iovec part = {data, byte_count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  put_rights(&message, control.bytes, fds, fd_count);
  if (sendmsg(end, &message, MSG_NOSIGNAL) != byte_count) fail("sendmsg");
}

/* Answers the number of descriptors, -1 at the end. */
static int receive_fds(void) {
  union rights control;
  if (polls) {
    struct pollfd waiting = {end, POLLIN, 0};
    if (poll(&waiting, 1, -1) < 0) fail("poll");
  }
  struct iovec part = {data, sizeof data};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd_count > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
  }
  int flags = MSG_CMSG_CLOEXEC | (spins ? MSG_DONTWAIT : 0);
  ssize_t received;
  do received = recvmsg(end, &message, flags);
  while (spins && received < 0 && errno == EAGAIN);
  if (received < 0) fail("recvmsg");
  return received == 0 ? -1 : take_rights(&message, arrived_fds);
}

static void echo(void) {
  end = 0;
  for (int count = receive_fds(); count >= 0; count = receive_fds()) {
    send_fds(arrived_fds);
    close_fds(arrived_fds, count, ranges);
  }
}

/* Starts the process that answers. */
static void start(char **command) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair");
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

static long pass(long count) {
  long arrived = 0;
  for (long i = 0; i < count; i++) {
    send_fds(files);
    int received = receive_fds();
    close_fds(arrived_fds, received, ranges);
    arrived += received;
  }
  return arrived;
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  polls = strcmp(argv[1], "poll") == 0;
  spins = strcmp(argv[1], "spin") == 0;
  ranges = strcmp(argv[1], "range") == 0;
  fd_count = atoi(argv[2]);
  byte_count = atoi(argv[3]);
  if (strcmp(argv[4], "echo") == 0) {
    echo();
    return 0;
  }
  start(argv + 4);
  for (int i = 0; i < fd_count; i++) files[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  serve(pass);
  return 0;
}
