import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { LimitsDeclaration } from '../../src/config/limits.js';
import { Failure } from '../../src/failure.js';
import {
  emailOnOneLine,
  groupsOnOneLine,
  nameOnOneLine,
  statusOfVerdict,
  type Verdict,
} from '../../src/http/guard/verdict.js';
import type { HeaderList } from '../../src/http/message.js';
import type { Log } from '../observability/log.js';
import { errorResponse } from '../pages/error-response.js';
import { askedByApache, knowsSecret } from './apache-question.js';
import { openServer, type HandedOver, type OpenServer } from './connection-source.js';
import { FastcgiCall, mostBesideVariables } from './fastcgi-call.js';
import { answerRecords, RecordReader } from './fastcgi-records.js';
import type { GuardOffice } from './guard-server.js';
import { portTrouble, type ListenPlace } from './port-errors.js';

export interface FastcgiServerOptions extends ListenPlace {
  /** The connections, if another process listens. */
  readonly handed?: HandedOver | undefined;
  readonly office: Pick<GuardOffice, 'judge'>;
  /** What Apache must know at the moment; undefined: nothing is right. */
  readonly secret: () => string | undefined;
  readonly limits: Pick<LimitsDeclaration, 'headerBytes'>;
  readonly log: Log;
  /** Milliseconds in which a call must have come. Default 10,000. */
  readonly patience?: number;
}

export interface FastcgiServer {
  readonly address: AddressInfo;
  /** Takes no new calls, and cuts off what runs past `grace` milliseconds. */
  stop(grace: number): Promise<void>;
}

/** Apache makes a connection for each call: so many of its threads may ask at the same time. */
const mostConnections = 1024;

/** Bytes of variables besides the header section: what Apache says of itself and of the request. */
const beyondHeaders = 64 * 1024;

/** Milliseconds for Apache to take an answer. */
const patienceAfterwards = 5000;

/**
 * Tells Apache's mod_authnz_fcgi who may: one call on each connection.
 * @throws Failure `unavailable` that says why the port could not be had
 */
export async function listenForApache(options: FastcgiServerOptions): Promise<FastcgiServer> {
  const { host, port, handed, log } = options;
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (sockets.size >= mostConnections) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, options);
  });
  let open: OpenServer;
  try {
    open = await openServer(server, { host, port }, handed);
  } catch (cause) {
    const message = `"guard.fastcgi": ${portTrouble('guard.fastcgi', { host, port }, cause)}.`;
    throw new Failure('unavailable', message, { cause });
  }
  const { address } = open;
  if (!handed) log.info({ host, port: address.port }, 'guard listening for Apache');
  return {
    address,
    stop: async (grace) => {
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, grace);
      await open.close();
      clearTimeout(timer);
    },
  };
}

/** Whatever is wrong with a call ends its connection, and nothing else. */
function serve(
  socket: Socket,
  { office, secret, limits, log, patience = 10_000 }: FastcgiServerOptions,
): void {
  const mostBytes = limits.headerBytes + beyondHeaders;
  const reader = new RecordReader(mostBytes + mostBesideVariables);
  const call = new FastcgiCall(mostConnections, mostBytes);
  let timer = setTimeout(() => socket.destroy(), patience);
  let isAsking = true;
  const end = (bytes: Buffer): void => {
    clearTimeout(timer);
    if (socket.destroyed) return;
    timer = setTimeout(() => socket.destroy(), patienceAfterwards);
    socket.end(bytes);
  };
  const take = (chunk: Buffer): void => {
    for (const received of reader.read(chunk)) {
      const step = call.take(received);
      if (step.kind === 'say') socket.write(step.bytes);
      if (step.kind === 'end') {
        isAsking = false;
        end(step.bytes);
        return;
      }
      if (step.kind === 'answer') {
        isAsking = false;
        clearTimeout(timer);
        answer(step.variables, socket)
          .then((text) => {
            end(answerRecords(step.requestId, text));
          })
          .catch((err: unknown) => {
            log.error({ err }, 'Apache cannot be answered');
            socket.destroy();
          });
      }
    }
  };
  const answer = async (variables: ReadonlyMap<string, string>, connection: object): Promise<Buffer> => {
    if (!knowsSecret(variables, secret())) {
      log.warn(
        { address: socket.remoteAddress },
        'asked by a server that does not know the secret of the guard',
      );
      const failure = new Failure('unavailable', 'This server is not set up to ask who may.');
      return inWords({ kind: 'refused', failure }, '', false);
    }
    const { id, verdict } = await office.judge(askedByApache(variables, connection));
    return inWords(verdict, id, variables.has('REMOTE_PASSWD'));
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      take(chunk);
    } catch {
      socket.destroy();
    }
  });
  socket.once('end', () => {
    if (isAsking) socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/**
 * A CGI response, as an authorizer gives it (section 6.3).
 * @param challenged whether a 401 needs our challenge: Apache adds its own where it found no user name and password
 */
function inWords(verdict: Verdict, id: string, challenged: boolean): Buffer {
  const status = statusOfVerdict(verdict);
  switch (verdict.kind) {
    case 'allowed': {
      const { admitted } = verdict;
      const variables = admitted
        ? {
            USER: admitted.user,
            GROUPS: groupsOnOneLine(admitted),
            NAME: nameOnOneLine(admitted),
            EMAIL: emailOnOneLine(admitted),
          }
        : {};
      const known = Object.entries(variables).filter(([, value]) => value !== '');
      return response(
        status,
        known.map(([name, value]) => [`Variable-DAVGATE_${name}`, value] as const),
      );
    }
    case 'login':
      return response(status, [['Location', verdict.location]]);
    case 'refused': {
      // Apache calls whatever it is given text/html.
      const asked = { accept: 'text/html', svn: false, requestId: id };
      const { headers, body } = errorResponse(verdict.failure, asked);
      const told = headers.filter(
        ([name]) => name !== 'Content-Length' && (challenged || name !== 'WWW-Authenticate'),
      );
      return response(status, told, body instanceof Buffer ? body : undefined);
    }
  }
}

function response(status: number, headers: HeaderList, body: Buffer = Buffer.alloc(0)): Buffer {
  const lines = [`Status: ${status}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}
