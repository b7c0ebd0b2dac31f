# Ruby: messages sent, received and closed in a loop on a socketpair. Arguments: socket type, descriptors, bytes, how: "io" for
# UNIXSocket#send_io and #recv_io, which pass one descriptor with a byte, or "msg" for BasicSocket#sendmsg and #recvmsg.
require "socket"
require_relative "serve"

type, fd_count, byte_count, how = ARGV
fd_count = fd_count.to_i
byte_count = byte_count.to_i
TYPES = { "stream" => :STREAM, "dgram" => :DGRAM, "seqpacket" => :SEQPACKET }.freeze
left, right = UNIXSocket.pair(TYPES.fetch(type))
files = Array.new(fd_count) { File.open("/dev/null") }
data = "\0" * byte_count

def receive(right, missing, controls)
  arrived = 0
  while missing > 0
    received, _address, _flags, *control =
      controls ? right.recvmsg(missing, 0, nil, scm_rights: true) : right.recvmsg(missing)
    missing -= received.bytesize
    control.each do |one|
      one.unix_rights&.each do |io|
        io.close
        arrived += 1
      end
    end
  end
  arrived
end

# A stream takes large data in pieces: it is sent as far as there is room, and received.
pass_msg = lambda do |count|
  arrived = 0
  count.times do
    control = fd_count.zero? ? [] : [Socket::AncillaryData.unix_rights(*files)]
    sent = byte_count > 65536 ? left.sendmsg_nonblock(data, 0, nil, *control) : left.sendmsg(data, 0, nil, *control)
    arrived += receive(right, sent, fd_count > 0)
    while sent < byte_count
      more = left.sendmsg_nonblock(data.byteslice(sent..))
      arrived += receive(right, more, fd_count > 0)
      sent += more
    end
  end
  arrived
end

pass_io = lambda do |count|
  count.times do
    left.send_io(files[0])
    right.recv_io.close
  end
  count
end

serve(&(how == "io" ? pass_io : pass_msg))
