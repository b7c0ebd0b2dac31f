/* C: so many TCP connections to a port of this host, 64 at a time; each is read to its end, which must be "ok". Argument: port. */
#define _GNU_SOURCE
#include "serve.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_ONCE 64

static int set;
static struct sockaddr_in server = {.sin_family = AF_INET};

static void begin(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  /* Closed by a reset, behind the end of everything: no connection stays in TIME_WAIT and uses up a port. */
  struct linger reset = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0) fail("connect");
  struct epoll_event event = {.events = EPOLLRDHUP, .data.fd = fd};
  if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static int answered(int fd) {
  char text[8];
  ssize_t length = recv(fd, text, sizeof text, 0);
  close(fd);
  return length == 2 && memcmp(text, "ok", 2) == 0;
}

static long pass(long count) {
  long begun = 0, ended = 0, right = 0;
  while (begun < count && begun < AT_ONCE) begin(), begun++;
  while (ended < count) {
    struct epoll_event events[AT_ONCE];
    int ready = epoll_wait(set, events, AT_ONCE, 10000);
    if (ready <= 0) fail("no answer");
    for (int i = 0; i < ready; i++) {
      right += answered(events[i].data.fd);
      ended++;
      if (begun < count) begin(), begun++;
    }
  }
  return right;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  server.sin_port = htons(atoi(argv[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  set = epoll_create1(EPOLL_CLOEXEC);
  serve(pass);
  return 0;
}
