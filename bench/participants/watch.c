/* C: 64 connections in one epoll set, each of which gets a byte at once: only their receiving is measured. */
#define _GNU_SOURCE
#include "serve.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT 64

static int set, far[COUNT];

static long run(long count) {
  struct epoll_event events[COUNT];
  char byte = 0;
  long arrived = 0;
  for (long turn = 0; turn < count; turn++) {
    stop_watch();
    for (int i = 0; i < COUNT; i++) {
      if (send(far[i], &byte, 1, MSG_NOSIGNAL) != 1) fail("send");
    }
    start_watch();
    for (int missing = COUNT; missing > 0;) {
      int ready = epoll_wait(set, events, COUNT, -1);
      if (ready <= 0) fail("epoll_wait");
      for (int i = 0; i < ready; i++) {
        struct iovec part = {&byte, 1};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        if (recvmsg(events[i].data.fd, &message, MSG_DONTWAIT) != 1) fail("recvmsg");
        arrived++;
      }
      missing -= ready;
    }
  }
  return arrived;
}

int main(void) {
  set = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < COUNT; i++) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair");
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = ends[0]};
    if (epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event) < 0) fail("epoll_ctl");
    far[i] = ends[1];
  }
  serve(run);
  return 0;
}
