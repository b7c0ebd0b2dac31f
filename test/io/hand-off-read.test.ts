// handOff of connections that somebody else reads: TLS, HTTP/2. Refused with the reason, and they go on.

import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect, createServer, type Server, Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer, TLSSocket } from "node:tls";
import { handOff, type UnixSocket } from "cmsg";
import { assert } from "../support/assert.js";
import { receiveConnection, withChannel, withConnection } from "../support/hand-off.js";
import { rejects } from "../support/loop.js";
import { closed, listening } from "../support/net.js";
import { suite } from "../support/suite.js";

const test = suite("hand-off of what others read");

const TLS = { name: "Error", code: "ERR_CMSG_TLS_SOCKET" };
const READ = { name: "Error", code: "ERR_CMSG_READ_ELSEWHERE", message: /HTTP\/2/ };

/** A key that both ends know: TLS without certificates. */
const psk = Buffer.alloc(16, "k");
const ciphers = "PSK-AES128-GCM-SHA256";
const maxVersion = "TLSv1.2";
const SERVER = { ciphers, maxVersion, pskCallback: () => psk } as const;
const CLIENT = {
  ciphers,
  maxVersion,
  pskCallback: () => ({ psk, identity: "test" }),
  checkServerIdentity: () => undefined,
} as const;

/** What one end writes, the other reads. */
async function talks(from: NodeJS.WritableStream, to: NodeJS.ReadableStream): Promise<void> {
  const data = once(to, "data");
  from.write("still there");
  assert.is(String((await data)[0]), "still there");
}

/** Neither the TLS connection nor what it stands on can be given away, and it goes on. */
async function bothRefused(near: UnixSocket, plain: Socket, secure: TLSSocket): Promise<void> {
  await rejects(handOff(near, plain), { ...TLS, message: /stands on/ });
  await rejects(handOff(near, secure), TLS);
}

test("the accepted connection below a tls.Server", () =>
  withChannel("seqpacket", async (near) => {
    const server = createTlsServer(SERVER);
    const port = await listening(server);
    const accepting = once(server, "connection");
    const securing = once(server, "secureConnection");
    const client = connectTls({ ...CLIENT, port, host: "127.0.0.1" });
    const [plain] = (await accepting) as [Socket];
    await rejects(handOff(near, plain), TLS);
    const [secure] = (await securing) as [TLSSocket];
    await bothRefused(near, plain, secure);
    await talks(client, secure);
    await talks(secure, client);
    for (const each of [client, secure, plain]) await closed(each);
    await closed(server);
  }));

test("a connection at either end that TLS was put on later", () =>
  withConnection({}, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      const secure = new TLSSocket(accepted, { isServer: true, ...SERVER });
      const other = connectTls({ ...CLIENT, socket: client });
      await once(other, "secureConnect");
      await bothRefused(near, accepted, secure);
      await bothRefused(near, client, other);
      await talks(other, secure);
      for (const each of [other, secure]) await closed(each);
      far.close();
    }),
  ));

test("a connection beside which others speak TLS is given away as ever", () =>
  withConnection({}, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      const secure = new TLSSocket(new Socket());
      await handOff(near, accepted);
      const got = await receiveConnection(far);
      await talks(client, got);
      secure.destroy();
      await closed(got);
    }),
  ));

/** A session over a connection: what is refused at the server, and at the client. */
async function withHttp2(server: Server, port: number, near: UnixSocket, plain: Promise<Socket>) {
  const socket = connect(port, "127.0.0.1");
  const session = connectHttp2(`http://127.0.0.1:${port}`, { createConnection: () => socket });
  await once(session, "connect");
  const accepted = await plain;
  for (const end of [accepted, socket]) await rejects(handOff(near, end), READ);
  const request = session.request({ ":path": "/" });
  request.setEncoding("utf8");
  await once(request, "response");
  assert.is(String((await once(request, "data"))[0]), "answer");
  session.close();
  await once(session, "close");
  for (const end of [accepted, socket]) await closed(end);
  await closed(server);
}

test("a connection that an HTTP/2 server and its client read", () =>
  withChannel("seqpacket", async (near) => {
    const server = createHttp2Server((_, response) => response.end("answer"));
    const port = await listening(server);
    const plain = once(server, "connection").then(([socket]) => socket as Socket);
    await withHttp2(server, port, near, plain);
  }));

test("a connection of a net.Server that was given to HTTP/2", () =>
  withChannel("seqpacket", async (near) => {
    const http = createHttp2Server((_, response) => response.end("answer"));
    const server = createServer((socket) => http.emit("connection", socket));
    const port = await listening(server);
    const plain = once(server, "connection").then(([socket]) => socket as Socket);
    await withHttp2(server, port, near, plain);
  }));

test("a session that is kept on another connection does not matter", () =>
  withConnection({}, ({ accepted, client }) =>
    withChannel("seqpacket", async (near, far) => {
      const session = { goaway: () => {}, socket: new Socket() };
      await handOff(near, Object.assign(accepted, { session }));
      const got = await receiveConnection(far);
      await talks(client, got);
      await closed(got);
    }),
  ));

test.run();
