// Offers control areas to the kernel as they come: for each line of hexadecimal digits, what sendmsg answers, 0 or errno.

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ROOM 4096

int main(void) {
  static char text[2 * ROOM + 1];
  static unsigned char area[ROOM];
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return 1;
  while (scanf("%8192s", text) == 1) {
    size_t length = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
    for (size_t i = 0; i < length; i++) sscanf(text + 2 * i, "%2hhx", &area[i]);
    char byte = 'x';
    struct iovec part = {.iov_base = &byte, .iov_len = 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = area, .msg_controllen = length};
    ssize_t sent = sendmsg(pair[0], &message, 0);
    printf("%d\n", sent == 1 ? 0 : errno);
    if (sent == 1 && recv(pair[1], &byte, 1, 0) != 1) return 2;
  }
  return 0;
}
