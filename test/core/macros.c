// What the macros and structs of this system's own headers make of buffers and messages: one answer line for each line read.
//
//   layout                      names and numbers: sizes, then offset and width of each member
//   lengths N                   CMSG_LEN(N) CMSG_SPACE(N)
//   walk HEX                    address of the buffer, offsets of the headers visited, how the walk ends
//   build COUNT (LEVEL TYPE HEX)...   the control buffer that the macros build
//
// HEX is - for no bytes.

#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#define ROOM 16384

static char text[2 * ROOM + 1];
// Headers that the macros look at may lie behind the buffer: zeros follow it.
static _Alignas(16) unsigned char area[3 * ROOM];

static size_t read_hex(unsigned char *to) {
  if (scanf("%32768s", text) != 1) exit(1);
  if (strcmp(text, "-") == 0) return 0;
  size_t length = strlen(text) / 2;
  for (size_t i = 0; i < length; i++) sscanf(text + 2 * i, "%2hhx", &to[i]);
  return length;
}

#define MEMBER(struct_name, member) \
  printf(" " #struct_name "." #member " %zu %zu", offsetof(struct struct_name, member), \
         sizeof(((struct struct_name *)0)->member))

static void layout(void) {
  printf("cmsghdr %zu msghdr %zu iovec %zu mmsghdr %zu sockaddr_un %zu", sizeof(struct cmsghdr),
         sizeof(struct msghdr), sizeof(struct iovec), sizeof(struct mmsghdr), sizeof(struct sockaddr_un));
  MEMBER(cmsghdr, cmsg_len);
  MEMBER(cmsghdr, cmsg_level);
  MEMBER(cmsghdr, cmsg_type);
  MEMBER(msghdr, msg_name);
  MEMBER(msghdr, msg_namelen);
  MEMBER(msghdr, msg_iov);
  MEMBER(msghdr, msg_iovlen);
  MEMBER(msghdr, msg_control);
  MEMBER(msghdr, msg_controllen);
  MEMBER(msghdr, msg_flags);
  MEMBER(iovec, iov_base);
  MEMBER(iovec, iov_len);
  MEMBER(mmsghdr, msg_len);
  MEMBER(sockaddr_un, sun_family);
  MEMBER(sockaddr_un, sun_path);
  printf("\n");
}

static void walk(void) {
  unsigned char *control = area + ROOM;
  memset(area, 0, sizeof area);
  struct msghdr message = {.msg_control = control, .msg_controllen = read_hex(control)};
  uintptr_t start = (uintptr_t)control;
  uintptr_t end = start + message.msg_controllen;
  printf("%ju", (uintmax_t)start);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  const char *why = "null";
  while (header != NULL) {
    uintptr_t current = (uintptr_t)header;
    printf(" %ju", (uintmax_t)(current - start));
    header = CMSG_NXTHDR(&message, header);
    uintptr_t next = (uintptr_t)header;
    if (header == NULL) break;
    why = next == current ? "no-progress" : next < current ? "backward" : "out-of-bounds";
    if (next <= current || next + sizeof(struct cmsghdr) > end) break;
    why = "null";
  }
  printf(" %s\n", why);
}

static void build(void) {
  static unsigned char payload[ROOM];
  size_t used = 0;
  int count;
  if (scanf("%d", &count) != 1) exit(1);
  memset(area, 0, sizeof area);
  struct msghdr message = {.msg_control = area, .msg_controllen = ROOM};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  for (int i = 0; i < count; i++) {
    int level, type;
    if (scanf("%d %d", &level, &type) != 2) exit(1);
    size_t length = read_hex(payload);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(header), payload, length);
    used += CMSG_SPACE(length);
    header = CMSG_NXTHDR(&message, header);
    if ((unsigned char *)header != area + used) exit(2);
  }
  for (size_t i = 0; i < used; i++) printf("%02x", area[i]);
  printf("\n");
}

int main(void) {
  char what[16];
  while (scanf("%15s", what) == 1) {
    size_t length;
    if (strcmp(what, "layout") == 0) layout();
    else if (strcmp(what, "walk") == 0) walk();
    else if (strcmp(what, "build") == 0) build();
    else if (strcmp(what, "lengths") == 0 && scanf("%zu", &length) == 1)
      printf("%zu %zu\n", CMSG_LEN(length), CMSG_SPACE(length));
    else return 3;
  }
  return 0;
}
