/* C: a control buffer written and walked with the macros of <sys/socket.h>. Arguments: "encode" or "walk", messages, descriptors in
   each. */
#include "serve.h"

#include <sys/socket.h>

static int message_count, fd_count;
static int *fds;
static char *control;
static size_t length;

static long encode(void) {
  struct msghdr message = {.msg_control = control, .msg_controllen = length};
  size_t payload = fd_count * sizeof(int), used = 0;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  for (int i = 0; i < message_count; i++) {
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(payload);
    memcpy(CMSG_DATA(header), fds, payload);
    used += CMSG_SPACE(payload);
    /* glibc's macro looks at the next header's length before it is written: the buffer is zeroed once, in main. */
    if (i + 1 < message_count) header = CMSG_NXTHDR(&message, header);
  }
  return used;
}

static long walk(void) {
  struct msghdr message = {.msg_control = control, .msg_controllen = length};
  long sum = 0;
  for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h != NULL; h = CMSG_NXTHDR(&message, h)) {
    int last;
    size_t payload = h->cmsg_len - CMSG_LEN(0);
    memcpy(&last, CMSG_DATA(h) + payload - sizeof last, sizeof last);
    sum += h->cmsg_level + h->cmsg_type + (long)payload + last;
  }
  return sum;
}

static long (*volatile job)(void);

static long run(long count) {
  long sum = 0;
  for (long i = 0; i < count; i++) sum += job();
  return sum;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  message_count = atoi(argv[2]);
  fd_count = atoi(argv[3]);
  length = message_count * CMSG_SPACE(fd_count * sizeof(int));
  control = calloc(1, length);
  fds = malloc(fd_count * sizeof(int));
  for (int i = 0; i < fd_count; i++) fds[i] = i;
  encode();
  job = strcmp(argv[1], "encode") == 0 ? encode : walk;
  serve(run);
  return 0;
}
