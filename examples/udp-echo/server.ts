// Echoes datagrams, each from the address that was asked and with the ECN mark that it came with. When it is told to end, it says
// goodbye to every client, and prints what becomes of that.

import { type InternetAddress, UdpSocket } from "cmsg";

const [host = "0.0.0.0"] = process.argv.slice(2);
const MARKS = ["no ECN", "ECT(1)", "ECT(0)", "congestion"] as const;

const server = UdpSocket.bind({ host, report: ["localAddress", "interface", "ecn", "ttl"] });
const clients: { to: InternetAddress; from: InternetAddress | undefined }[] = [];

process.once("SIGTERM", async () => {
  const errors = server.errors({ timeoutMs: 10_000 });
  for (const { to, from } of clients) {
    await server.send("goodbye", { to, from });
    const { value: report } = await errors.next();
    const { data, errno, code, offender } = report;
    console.log(`${data} to ${report.to.host}: ${errno}, ${offender.host} says ${code}`);
  }
  server.close();
});

console.log(`at port ${server.localAddress.port}`);

for await (const message of server.messages()) {
  const { data, address, localAddress, ecn = 0, ttl } = message;
  console.log(`${data} for ${localAddress?.host}, ${MARKS[ecn]}, ${ttl} hops left`);
  // Left alone, the kernel takes the address of the route: a client that asked another would not know the answer.
  await server.send(data, { to: address, from: localAddress, interface: message.interface, ecn });
  clients.push({ to: address, from: localAddress });
}
