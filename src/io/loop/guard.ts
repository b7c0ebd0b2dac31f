// What may be done to a socket with messages beside its own calls: nothing that they would get mixed up with.

import type { Use } from "../descriptor.js";
import { ownError } from "../errors.js";

/** One direction of a socket, with calls that may wait. */
interface Direction {
  /** Throws when calls wait. */
  checkIdle(): void;
}

interface Part {
  /** Whether a part of something has gone through, whose rest is still to come. */
  readonly isInside: boolean;
}

/** What was read of a socket and not handed out yet: a part of a frame, or whole messages. */
interface Read extends Partial<Part> {
  readonly isAhead: boolean;
}

/** Throws when a use of the socket would tear, overtake or take away what its own calls send and receive. */
export function guardMessages(
  use: Use,
  framed: boolean,
  sender: (Direction & Part) | undefined,
  receiver: Direction,
  incoming?: Read,
): void {
  if (use === "take" && incoming?.isInside) throw frameBegun();
  if (use === "take" && sender?.isInside) throw messageBegun();
  if ((use === "take" || use === "receive") && incoming?.isAhead) throw messagesAhead();
  if (use !== "send" && use !== "receive") return;
  if (framed) throw unframed();
  if (use === "send") sender?.checkIdle();
  else receiver.checkIdle();
}

function unframed(): Error {
  return ownError(
    "ERR_CMSG_FRAMED",
    "this socket is framed, and bytes outside of frames would tear them: use its own send() and receive()",
  );
}

function messageBegun(): Error {
  return ownError(
    "ERR_CMSG_WRITES_PENDING",
    "a part of a message was sent, whose rest would be lost: await what was sent first, or close the socket",
  );
}

function messagesAhead(): Error {
  return ownError(
    "ERR_CMSG_RECEIVES_PENDING",
    "a loop of this socket has received messages that it has not handed out, which come first: receive() or receiveMany() gives them",
  );
}

function frameBegun(): Error {
  return ownError(
    "ERR_CMSG_FRAME_PENDING",
    "a part of a frame was read, which would be lost: receive the rest of it first, or close the socket",
  );
}
