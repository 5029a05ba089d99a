// What the tests of whole pages share: the application over a history of its own and a server that is a table of
// answers by operation. Not part of the build: nothing but tests imports it.
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { vi } from 'vitest';
import type { TypedDocument } from '../graphql/client';
import { newQueryClient } from '../graphql/query';
import { SessionDocument, type SessionQuery } from '../graphql/session.gen';
import { UnitsDocument, type UnitsQuery } from '../graphql/units.gen';
import { I18nProvider } from '../i18n';
import { newRouter } from './router';

export interface Asked {
  readonly name: string;
  readonly variables: Record<string, unknown>;
}

type Answer = (variables: Record<string, unknown>) => unknown;

/** Answers of the server: one entry an operation, with data of its type. */
export class Server {
  readonly asked: Asked[] = [];
  private readonly answers = new Map<string, Answer>();
  private readonly http = new Map<string, () => readonly [status: number, body: unknown]>();

  on<Result, Variables>(document: TypedDocument<Result, Variables>, answer: (variables: Variables) => NoInfer<Result>): this {
    this.answers.set(document.name, (variables) => ({ data: answer(variables as Variables) }));
    return this;
  }

  refuse<Result, Variables>(document: TypedDocument<Result, Variables>, code: string): this {
    this.answers.set(document.name, () => ({ errors: [{ message: 'no', extensions: { code, requestId: 'req-7' } }], data: null }));
    return this;
  }

  /** An answer of HTTP beside GraphQL: its status and what it says. */
  post(path: string, answer: () => readonly [status: number, body: unknown]): this {
    this.http.set(path, answer);
    return this;
  }

  install(): void {
    vi.stubGlobal('fetch', vi.fn<typeof fetch>(async (input, init) => {
      const path = String(input);
      const http = this.http.get(path);
      if (http) {
        this.asked.push({ name: path, variables: JSON.parse(String(init?.body)) as Record<string, unknown> });
        const [status, body] = http();
        return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
      }
      if (path !== '/graphql') throw new Error(`the test has no answer to ${path}`);
      const { operationName, variables } = JSON.parse(String(init?.body)) as { operationName: string; variables: Record<string, unknown> };
      this.asked.push({ name: operationName, variables });
      const answer = this.answers.get(operationName);
      if (!answer) throw new Error(`the test has no answer to ${operationName}`);
      return new Response(JSON.stringify(answer(variables)), { headers: { 'Content-Type': 'application/json' } });
    }));
  }

  last(name: string): Record<string, unknown> | undefined {
    return this.asked.findLast((asked) => asked.name === name)?.variables;
  }
}

const unit = { id: 'u1', name: 'Cục Thi hành án dân sự tỉnh Thanh Hóa', shortName: 'Cục THADS tỉnh' };

export const session: SessionQuery = {
  me: {
    id: 'me', account: 'lanhdao', name: 'Lãnh đạo tỉnh', unit, needs: [],
    rights: ['PUBLIC', 'SIGNED_IN', 'READ', 'READ_DIRECTION', 'READ_FIGURES', 'EXPORT', 'UNMASK'], purposes: ['ENFORCEMENT', 'VERIFICATION'],
  },
  system: { version: '0.1.0', today: '2019-12-09', demonstration: true, signInProvider: null },
};

const units: UnitsQuery = {
  units: {
    nodes: [
      { ...unit, level: 'PROVINCE', validTo: null, parent: null },
      { id: 'u2', name: 'Chi cục THADS huyện Hậu Lộc', shortName: 'Chi cục Hậu Lộc', level: 'DISTRICT', validTo: null, parent: { id: 'u1' } },
    ],
  },
};

/** A server that knows who is asking and which units there are. */
export function newServer(who: SessionQuery = session): Server {
  return new Server().on(SessionDocument, () => who).on(UnitsDocument, () => units);
}

/** Opens the application at an address. */
export function open(address: string, server: Server) {
  server.install();
  const queryClient = newQueryClient();
  const router = newRouter(queryClient, createMemoryHistory({ initialEntries: [address] }));
  render(
    <I18nProvider>
      <QueryClientProvider client={queryClient}><RouterProvider router={router} /></QueryClientProvider>
    </I18nProvider>,
  );
  return router;
}
