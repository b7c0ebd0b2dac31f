// What this system itself makes of a control area: its headers' macros, its kernel. A shared object that the tests call in-process.

#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

// How a walk by the macros ends, as the core says it.
#define END_NULL -16
#define END_NO_PROGRESS -17
#define END_BACKWARD -18
#define END_OUT_OF_BOUNDS -19

// Offsets of the headers that the macros visit, then how the loop ends. Answers how many words that are.
int walk_macros(uintptr_t control, uint32_t length, uintptr_t answer, int room) {
  int32_t *out = (int32_t *)answer;
  struct msghdr message;
  memset(&message, 0, sizeof message);
  message.msg_control = (void *)control;
  message.msg_controllen = length;
  int count = 0;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  while (header != 0 && count < room - 1) {
    out[count++] = (int32_t)((uintptr_t)header - control);
    struct cmsghdr *next = CMSG_NXTHDR(&message, header);
    if (next == 0) {
      header = 0;
    } else if (next == header) {
      out[count++] = END_NO_PROGRESS;
      return count;
    } else if (next < header) {
      out[count++] = END_BACKWARD;
      return count;
    } else if ((uintptr_t)next - control > length - sizeof(struct cmsghdr)) {
      out[count++] = END_OUT_OF_BOUNDS;
      return count;
    } else {
      header = next;
    }
  }
  out[count++] = END_NULL;
  return count;
}

// What sendmsg says of a control area and one byte of data: 0 or errno.
int send_area(int fd, uintptr_t control, uint32_t length) {
  char byte = 'x';
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message;
  memset(&message, 0, sizeof message);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = (void *)control;
  message.msg_controllen = length;
  return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == 1 ? 0 : errno;
}

// Takes one message; its descriptors, which nobody asked for, the kernel closes. 0 or errno.
int take_one(int fd) {
  char byte;
  return recv(fd, &byte, 1, MSG_DONTWAIT) == 1 ? 0 : errno;
}

// Receives one message with so much room for control data. Writes msg_controllen and msg_flags; 0 or errno.
int receive_area(int fd, uintptr_t control, uint32_t room, uintptr_t answer) {
  char byte;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message;
  memset(&message, 0, sizeof message);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = (void *)control;
  message.msg_controllen = room;
  if (recvmsg(fd, &message, MSG_DONTWAIT) != 1) return errno;
  ((uint32_t *)answer)[0] = message.msg_controllen;
  ((uint32_t *)answer)[1] = message.msg_flags;
  return 0;
}

// A datagram socket without a peer: what it refuses for its control area, it refuses before it says that.
int lonely_socket(void) { return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); }

// Switches a socket option on: 0 or errno.
int set_option(int fd, int level, int name) {
  int on = 1;
  return setsockopt(fd, level, name, &on, sizeof on) == 0 ? 0 : errno;
}
