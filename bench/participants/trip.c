/* C: descriptors to another process and back, over an AF_UNIX stream. Arguments: "block", "poll", or "range" to close runs of numbers
   with close_range; descriptors; the command of the process that answers. "echo" for it makes this program that process, whose
   standard input is the socket. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 253

static int fd_count, polls, ranges, end, files[MOST], arrived_fds[MOST];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void send_fds(const int *fds) {
  char byte = 0;
  union {
    char bytes[CMSG_SPACE(MOST * sizeof(int))];
    struct cmsghdr align;
  } control;
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  message.msg_control = control.bytes;
  message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
  memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
  if (sendmsg(end, &message, MSG_NOSIGNAL) != 1) fail("sendmsg");
}

/* Answers the number of descriptors, 0 at the end. */
static int receive_fds(void) {
  char byte;
  union {
    char bytes[CMSG_SPACE(MOST * sizeof(int))];
    struct cmsghdr align;
  } control;
  if (polls) {
    struct pollfd waiting = {end, POLLIN, 0};
    if (poll(&waiting, 1, -1) < 0) fail("poll");
  }
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  ssize_t received = recvmsg(end, &message, MSG_CMSG_CLOEXEC);
  if (received < 0) fail("recvmsg");
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (received == 0 || header == NULL) return 0;
  int count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  memcpy(arrived_fds, CMSG_DATA(header), count * sizeof(int));
  return count;
}

static void close_all(int count) {
  if (ranges && count > 0 && arrived_fds[count - 1] - arrived_fds[0] == count - 1) {
    if (close_range(arrived_fds[0], arrived_fds[count - 1], 0) < 0) fail("close_range");
    return;
  }
  for (int i = 0; i < count; i++) {
    if (close(arrived_fds[i]) < 0) fail("close");
  }
}

static void echo(void) {
  end = 0;
  for (int count = receive_fds(); count > 0; count = receive_fds()) {
    send_fds(arrived_fds);
    close_all(count);
  }
}

static long long processor_time(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) < 0) fail("clock_gettime");
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Starts the process that answers; answers the clock of its processor time. */
static clockid_t start(char **command) {
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
  clockid_t clock;
  if (clock_getcpuclockid(peer, &clock) != 0) fail("clock_getcpuclockid");
  return clock;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  polls = strcmp(argv[1], "poll") == 0;
  ranges = strcmp(argv[1], "range") == 0;
  fd_count = atoi(argv[2]);
  if (strcmp(argv[3], "echo") == 0) {
    echo();
    return 0;
  }
  clockid_t peer = start(argv + 3);
  for (int i = 0; i < fd_count; i++) files[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  char line[32];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long count = atol(line), arrived = 0;
    long long from = processor_time(CLOCK_PROCESS_CPUTIME_ID) + processor_time(peer);
    for (long i = 0; i < count; i++) {
      send_fds(files);
      int received = receive_fds();
      close_all(received);
      arrived += received;
    }
    long long to = processor_time(CLOCK_PROCESS_CPUTIME_ID) + processor_time(peer);
    printf("%lld %ld\n", to - from, arrived);
    fflush(stdout);
  }
  return 0;
}
