/* Preloaded (LD_PRELOAD) into a program whose recvmsg is to be tested: each call receives the next case from standard input, a length
   of four bytes (big-endian) and so many bytes of control data, with one byte of data. Without a case nothing is received. */

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int take(unsigned char *to, size_t length) {
  while (length > 0) {
    ssize_t n = read(0, to, length);
    if (n <= 0) return 0;
    to += n;
    length -= (size_t)n;
  }
  return 1;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  unsigned char head[4];
  size_t length;
  (void)fd;
  (void)flags;
  message->msg_flags = 0;
  if (!take(head, 4)) {
    message->msg_controllen = 0;
    return 0;
  }
  length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
  if (length > message->msg_controllen || !take(message->msg_control, length)) _exit(1);
  message->msg_controllen = length;
  *(char *)message->msg_iov->iov_base = 'x';
  return 1;
}
