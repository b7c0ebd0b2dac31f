// Go's own parser of control messages: reads cases, a length of four bytes (big-endian) and so many bytes each, from standard input;
// writes for each a line: EINVAL, or level, type and payload length of each message.

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"syscall"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var head [4]byte
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		area := make([]byte, binary.BigEndian.Uint32(head[:]))
		if _, err := io.ReadFull(in, area); err != nil {
			os.Exit(1)
		}
		messages, err := syscall.ParseSocketControlMessage(area)
		if err != nil {
			fmt.Fprintln(out, "EINVAL")
			continue
		}
		for i, m := range messages {
			if i > 0 {
				fmt.Fprint(out, " ")
			}
			fmt.Fprintf(out, "%d/%d/%d", m.Header.Level, m.Header.Type, len(m.Data))
		}
		fmt.Fprintln(out)
	}
}
