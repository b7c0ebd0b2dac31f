// Asks each address of the echo server in turn. A connected socket takes answers from the address that it has asked, and no other.

import { UdpSocket } from "cmsg";

const [port = "0", ...hosts] = process.argv.slice(2);

for (const [i, host] of hosts.entries()) {
  await using client = await UdpSocket.connect({ host, port: Number(port) });
  await client.send(`question ${i}`, { ecn: i % 4, ttl: 10 + i });
  const answer = await client.receive({ timeoutMs: 10_000 });
  console.log(`${host} answers "${answer.data}", ECN ${answer.ecn}`);
}
