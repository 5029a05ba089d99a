// Mutations: what the server refuses although it understood is thrown like any other failure, and shown by ui/Refusal.
import { execute, type TypedDocument } from './client';

interface Refusal {
  readonly message: string;
}

/** What the server refused although it understood: shown where the action was taken. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    super(refusals.map((refusal) => refusal.message).join(' '));
    this.refusals = refusals;
  }
}

/** Runs a mutation whose payload is its only field, and throws what it refused. */
export async function act<Payload extends { readonly userErrors: readonly Refusal[] }, Variables>(
  document: TypedDocument<Readonly<Record<string, Payload>>, Variables>, variables: Variables,
): Promise<Payload> {
  const [payload] = Object.values(await execute(document, variables));
  if (!payload) throw new Error(`${document.name} answered nothing`);
  if (payload.userErrors.length > 0) throw new Refused(payload.userErrors);
  return payload;
}

/** A key under which a request that is sent again is one request. */
export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
