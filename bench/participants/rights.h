/* Descriptors in control messages, as every C participant writes, reads and closes them. */
#include <sys/socket.h>
#include <unistd.h>

#define MOST_FDS 253

/* Room for the descriptors of one message. */
union rights {
  char bytes[CMSG_SPACE(MOST_FDS * sizeof(int))];
  struct cmsghdr align;
};

static void put_rights(struct msghdr *message, void *control, const int *fds, int count) {
  if (count == 0) return;
  message->msg_control = control;
  message->msg_controllen = CMSG_SPACE(count * sizeof(int));
  struct cmsghdr *header = CMSG_FIRSTHDR(message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(count * sizeof(int));
  memcpy(CMSG_DATA(header), fds, count * sizeof(int));
}

/* Answers how many there were. */
static int take_rights(struct msghdr *message, int *fds) {
  int arrived = 0;
  if (message->msg_flags & MSG_CTRUNC) fail("truncated");
  for (struct cmsghdr *h = CMSG_FIRSTHDR(message); h != NULL; h = CMSG_NXTHDR(message, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) continue;
    int count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds + arrived, CMSG_DATA(h), count * sizeof(int));
    arrived += count;
  }
  return arrived;
}

/* One call for a run of numbers, where that is wanted. */
static void close_fds(const int *fds, int count, int by_range) {
  if (by_range && count > 1 && fds[count - 1] - fds[0] == count - 1) {
    if (close_range(fds[0], fds[count - 1], 0) < 0) fail("close_range");
    return;
  }
  for (int i = 0; i < count; i++) {
    if (close(fds[i]) < 0) fail("close");
  }
}
