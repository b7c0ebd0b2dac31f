/* C: TCP connections accepted in one process and answered in another with "ok". Argument: how many connections go in one message at
   most. Prints its port and its two processes. Ends with its standard input. */
#define _GNU_SOURCE
#include "serve.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include "rights.h"

static int most;

static void accept_all(int listener, int channel) {
  char byte = 0;
  union rights control;
  int fds[MOST_FDS];
  struct pollfd waiting = {listener, POLLIN, 0};
  for (;;) {
    if (poll(&waiting, 1, -1) < 0) fail("poll");
    int count = 0;
    while (count < most && (fds[count] = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) count++;
    if (count == 0) continue;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    put_rights(&message, control.bytes, fds, count);
    if (sendmsg(channel, &message, MSG_NOSIGNAL) != 1) fail("sendmsg");
    for (int i = 0; i < count; i++) close(fds[i]);
  }
}

static void answer_all(int channel) {
  char byte;
  union rights control;
  int fds[MOST_FDS];
  for (;;) {
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes};
    message.msg_controllen = sizeof control.bytes;
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != 1) exit(0);
    int count = take_rights(&message, fds);
    for (int i = 0; i < count; i++) {
      send(fds[i], "ok", 2, MSG_NOSIGNAL);
      close(fds[i]);
    }
  }
}

static pid_t start(void (*work)(int, int), int one, int other) {
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid > 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  work(one, other);
  exit(0);
}

static void work_answer(int channel, int unused) {
  (void)unused;
  answer_all(channel);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  most = atoi(argv[1]);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), ends[2];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 511) < 0) fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &length) < 0) fail("getsockname");
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair");
  pid_t acceptor = start(accept_all, listener, ends[0]), worker = start(work_answer, ends[1], -1);
  printf("%d %d %d\n", ntohs(address.sin_port), acceptor, worker);
  fflush(stdout);
  while (getchar() != EOF) continue;
  kill(acceptor, SIGKILL);
  kill(worker, SIGKILL);
  return 0;
}
