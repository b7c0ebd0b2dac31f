// A control area walked by the macros of whatever headers this is compiled with. Reads cases, a length of four bytes (big-endian) and
// so many bytes each, from standard input; writes for each a line: address of the area, offsets visited, how the walk ends. The first
// line says sizes: pointer, cmsghdr, CMSG_LEN(0), CMSG_SPACE(1).

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ROOM 4096

// Headers that the macros look at may lie behind the area: zeros follow it.
static unsigned char room[3 * ROOM] __attribute__((aligned(64)));

static const char *walk(unsigned char *area, size_t length) {
  struct msghdr message;
  memset(&message, 0, sizeof message);
  message.msg_control = area;
  message.msg_controllen = length;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  while (header != 0) {
    printf(" %lu", (unsigned long)((unsigned char *)header - area));
    struct cmsghdr *next = CMSG_NXTHDR(&message, header);
    if (next == header) return "no-progress";
    if (next != 0 && next < header) return "backward";
    if (next != 0 && (uintptr_t)next - (uintptr_t)area > length - sizeof *next) return "out-of-bounds";
    header = next;
  }
  return "null";
}

int main(void) {
  unsigned char *area = room + ROOM;
  unsigned char head[4];
  printf("%u %u %u %u\n", (unsigned)sizeof(void *), (unsigned)sizeof(struct cmsghdr), (unsigned)CMSG_LEN(0),
         (unsigned)CMSG_SPACE(1));
  while (fread(head, 1, 4, stdin) == 4) {
    size_t length = (size_t)head[2] << 8 | head[3];
    if (length > ROOM || fread(area, 1, length, stdin) != length) return 1;
    memset(area + length, 0, 64);
    printf("%lx", (unsigned long)(uintptr_t)area);
    printf(" %s\n", walk(area, length));
  }
  return 0;
}
