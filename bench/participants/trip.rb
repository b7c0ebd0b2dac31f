# Ruby: a message to another process and back, over an AF_UNIX stream. Arguments: descriptors, bytes, and the command of the process that
# answers. "echo" makes this program that process, whose standard input is the socket.
require "socket"
require_relative "serve"

FDS = ARGV.shift.to_i
BYTES = ARGV.shift.to_i

def send_all(socket, data, files)
  control = FDS.zero? ? [] : [Socket::AncillaryData.unix_rights(*files)]
  socket.sendmsg(data, 0, nil, *control)
end

def receive(socket)
  return [socket.recv(BYTES), []] if FDS.zero?

  data, _address, _flags, *control = socket.recvmsg(BYTES, 0, nil, scm_rights: true)
  [data, control.flat_map { |one| one.unix_rights || [] }]
end

def echo
  socket = UNIXSocket.for_fd(0)
  loop do
    data, files = receive(socket)
    break if data.nil? || data.empty?

    send_all(socket, data, files)
    files.each(&:close)
  end
end

def drive
  socket, other = UNIXSocket.pair
  pid = spawn(*ARGV, in: other)
  other.close
  $partner = clock_of(pid)
  files = Array.new(FDS) { File.open("/dev/null") }
  data = "\0" * BYTES
  serve do |count|
    arrived = 0
    count.times do
      send_all(socket, data, files)
      _data, received = receive(socket)
      received.each(&:close)
      arrived += received.length
    end
    arrived
  end
end

ARGV == ["echo"] ? echo : drive
