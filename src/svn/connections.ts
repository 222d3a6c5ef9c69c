import { Agent, type AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { UpstreamAddress } from './upstream-address.js';

type Scheme = UpstreamAddress['scheme'];

/** Milliseconds. Shorter than the child's KeepAliveTimeout, so that it is always this end that closes an idle connection. */
const idle = 60_000;

/** The connections to Apache: those kept for later requests, in generations, and those for one request each. */
export class Connections {
  readonly #options: AgentOptions;
  #kept = new Map<Scheme, Agent>();
  readonly #single = new Map<Scheme, Agent>();
  readonly #retired = new Set<Agent>();

  /** @param most connections at once in a generation; further requests wait for one */
  constructor(most: number) {
    this.#options = {
      keepAlive: true,
      maxSockets: most,
      maxFreeSockets: most,
      scheduling: 'lifo',
      noDelay: true,
      timeout: idle,
    };
  }

  /** The present generation. */
  kept(scheme: Scheme): Agent {
    return made(this.#kept, scheme, this.#options);
  }

  /** A new connection for each request, closed after it. */
  single(scheme: Scheme): Agent {
    return made(this.#single, scheme, { keepAlive: false, noDelay: true });
  }

  /** Begins a generation: idle connections close now, the others once the requests on them have ended. */
  retire(): void {
    for (const agent of this.#retired) if (!isBusy(agent)) this.#retired.delete(agent);
    for (const agent of this.#kept.values()) {
      agent.maxFreeSockets = 0;
      for (const sockets of Object.values(agent.freeSockets)) {
        for (const socket of sockets ?? []) socket.destroy();
      }
      if (isBusy(agent)) this.#retired.add(agent);
    }
    this.#kept = new Map();
  }

  close(): void {
    for (const agent of [...this.#kept.values(), ...this.#single.values(), ...this.#retired]) agent.destroy();
    this.#retired.clear();
  }
}

function made(agents: Map<Scheme, Agent>, scheme: Scheme, options: AgentOptions): Agent {
  const known = agents.get(scheme);
  if (known) return known;
  const agent = scheme === 'https' ? new TlsAgent(options) : new Agent(options);
  agents.set(scheme, agent);
  return agent;
}

function isBusy(agent: Agent): boolean {
  return Object.keys(agent.sockets).length > 0 || Object.keys(agent.requests).length > 0;
}
