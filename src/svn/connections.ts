import type { EventEmitter } from 'node:events';
import { Agent, type AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { UpstreamAddress } from './upstream-address.js';

type Scheme = UpstreamAddress['scheme'];
type Agents = Map<Scheme, Agent>;

const kept: AgentOptions = {
  keepAlive: true,
  scheduling: 'lifo',
  noDelay: true,
  // Milliseconds. Shorter than the child's KeepAliveTimeout, so that it is always this end that closes an idle one.
  timeout: 15_000,
};
const single: AgentOptions = { keepAlive: false, noDelay: true };

/**
 * The connections to Apache: for each connection of a client its own, kept for later requests until that one closes,
 * in generations; and those for one request each. mod_dav_svn opens a repository once in the life of a connection
 * (mod_dav_svn/repos.c): on one that several clients share, a repository that has been replaced meanwhile would still
 * be the old one.
 */
export class Connections {
  #kept = new Map<EventEmitter, Agents>();
  readonly #single: Agents = new Map();
  readonly #retired = new Set<Agent>();

  /** The present generation of a client's. @param client its connection, which emits `close` when it is gone */
  kept(client: EventEmitter, scheme: Scheme): Agent {
    const known = this.#kept.get(client);
    if (known) return made(known, scheme, kept);
    const agents: Agents = new Map();
    this.#kept.set(client, agents);
    client.once('close', () => {
      if (this.#kept.get(client) === agents) this.#kept.delete(client);
      for (const agent of agents.values()) agent.destroy();
    });
    return made(agents, scheme, kept);
  }

  /** A new connection for each request, closed after it. */
  single(scheme: Scheme): Agent {
    return made(this.#single, scheme, single);
  }

  /** Begins a generation: idle connections close now, the others once the requests on them have ended. */
  retire(): void {
    for (const agent of this.#retired) if (!isBusy(agent)) this.#retired.delete(agent);
    for (const agent of agentsOf(this.#kept)) {
      agent.maxFreeSockets = 0;
      for (const sockets of Object.values(agent.freeSockets)) {
        for (const socket of sockets ?? []) socket.destroy();
      }
      if (isBusy(agent)) this.#retired.add(agent);
    }
    this.#kept = new Map();
  }

  close(): void {
    for (const agent of [...agentsOf(this.#kept), ...this.#single.values(), ...this.#retired])
      agent.destroy();
    this.#retired.clear();
    this.#kept.clear();
  }
}

function agentsOf(kept: ReadonlyMap<EventEmitter, Agents>): Agent[] {
  return [...kept.values()].flatMap((agents) => [...agents.values()]);
}

function made(agents: Agents, scheme: Scheme, options: AgentOptions): Agent {
  const known = agents.get(scheme);
  if (known) return known;
  const agent = scheme === 'https' ? new TlsAgent(options) : new Agent(options);
  agents.set(scheme, agent);
  return agent;
}

function isBusy(agent: Agent): boolean {
  return Object.keys(agent.sockets).length > 0 || Object.keys(agent.requests).length > 0;
}
