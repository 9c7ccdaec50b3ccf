/**
 * A typed client of the clinic service: openapi-fetch with the types of `schema.ts`, which are generated from the
 * service's description. Here are log-in, pages, retries, and failures as exceptions.
 *
 *     const clinics = await logIn("https://clinics.example.org", email, password);
 *     const clinic = await done(clinics.GET("/v1/clinics/{clinicId}", { params: { path: { clinicId } } }));
 */
import createClient, { type Client, defaultPathSerializer, type Middleware } from "openapi-fetch";

import { ClinicsError, secondsToWait } from "./errors.js";
import type { components, paths } from "./schema.js";

export { ClinicsError } from "./errors.js";
export type { components, paths } from "./schema.js";

/** The schemas of the description by their names: `Schemas["patient.v1"]`. */
export type Schemas = components["schemas"];

export type ClinicsClient = Client<paths> & { readonly userId: string };

export interface Options {
  /** How often a request that changes nothing is sent when the answers are 429 or 503. */
  tries?: number;
  /** An answer that asks for a longer wait, in seconds, is given back at once. */
  longestWait?: number;
  /** Sends requests; for tests. */
  fetch?: (request: Request) => Promise<Response>;
  /** Known after `logIn`. */
  userId?: string;
}

const TOKEN_HEADER = "x-tidepool-session-token";
const PASSING = [429, 503];
const SAFE_METHODS = ["GET", "HEAD"];
/** Requests carry the token, so it would go along. */
const REDIRECT = "manual";

/** `address`: where the service is, without `/v1`. */
export function connect(address: string, token: string, options: Options = {}): ClinicsClient {
  const client = createClient<paths>({
    baseUrl: withoutSlash(address),
    headers: { [TOKEN_HEADER]: token },
    fetch: (request) => send(request, options),
    redirect: REDIRECT,
    pathSerializer: pathOf,
    // Lists are separated by commas; a parameter that is given twice is refused.
    querySerializer: { array: { style: "form", explode: false } },
  });
  client.use(RAISE_FAILURES);
  return Object.assign(client, { userId: options.userId ?? "" });
}

/**
 * Throws a ClinicsError with the status 401 when address and password do not match. Where a user service of its own
 * is configured, log in there, and `connect` with its token.
 */
export async function logIn(
  address: string,
  email: string,
  password: string,
  options: Options = {},
): Promise<ClinicsClient> {
  const pair = new TextEncoder().encode(`${email}:${password}`);
  const request = new Request(`${withoutSlash(address)}/auth/login`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(String.fromCharCode(...pair))}` },
    redirect: REDIRECT,
  });
  const answer = await send(request, options);
  if (!answer.ok) throw await ClinicsError.of(answer);
  const token = answer.headers.get(TOKEN_HEADER);
  const userId = userIdIn(await answer.text());
  if (!token || !userId) {
    throw new ClinicsError(answer.status, "the answer is not that of a log-in to a clinic service");
  }
  return connect(address, token, { ...options, userId });
}

function userIdIn(text: string): string | undefined {
  try {
    const { userid } = JSON.parse(text) as { userid?: unknown };
    return typeof userid === "string" ? userid : undefined;
  } catch {
    return undefined;
  }
}

/** The data of an answer, which is there since failures are thrown. */
export async function done<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined) throw new TypeError("the operation gives no result that its description names");
  return data;
}

/**
 * Every record of a list, page after page:
 * `pages((page) => clinics.GET("/v1/clinics/{clinicId}/clinicians", { params: { path, query: page } }))`.
 * A record that is made or removed meanwhile can be missed or come twice.
 */
export async function* pages<T>(
  ask: (page: { limit: number; offset: number }) => Promise<{ data?: T[] | { data?: T[] } }>,
  limit = 100,
): AsyncGenerator<T> {
  for (let offset = 0; ; offset += limit) {
    const answer = await done(ask({ limit, offset }));
    const records = Array.isArray(answer) ? answer : (answer.data ?? []);
    yield* records;
    if (records.length < limit) return;
  }
}

const RAISE_FAILURES: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await ClinicsError.of(response);
  },
};

async function send(request: Request, options: Options): Promise<Response> {
  const fetchOnce = options.fetch ?? ((one: Request) => fetch(one));
  for (let number = 1; ; number += 1) {
    const response = await fetchOnce(request.clone());
    const wait = secondsToWait(response) ?? 0.5 * 2 ** (number - 1);
    const isLast = number >= (options.tries ?? 3) || wait > (options.longestWait ?? 30);
    if (isLast || !SAFE_METHODS.includes(request.method) || !PASSING.includes(response.status)) {
      return response;
    }
    await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  }
}

/** Each id stays one part of the path. Nothing can stand for an empty one, `.` or `..`, not even percent-encoded. */
function pathOf(path: string, ids: Record<string, unknown>): string {
  if (Object.values(ids).some((id) => ["", ".", ".."].includes(String(id)))) {
    throw new TypeError("an id is empty, or is `.` or `..`");
  }
  return defaultPathSerializer(path, ids);
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, "");
}
