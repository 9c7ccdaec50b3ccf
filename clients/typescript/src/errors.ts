const REQUEST_ID = "x-tidepool-trace-request";

/**
 * An answer with a status of 400 or more. Most operations answer `{"message": "…"}`, those of the Confirmation API
 * `{"code": 404, "reason": "…"}`; both become this. No text of the service holds what was sent.
 */
export class ClinicsError extends Error {
  override name = "ClinicsError";

  constructor(
    /** The status of the answer. */
    readonly status: number,
    /** The service's words. */
    readonly reason: string,
    /** Name it when you ask for help. */
    readonly requestId?: string,
    /** Seconds to wait before another try; undefined when the answer names none. */
    readonly retryAfter?: number,
  ) {
    super(`${status}: ${reason}` + (requestId ? ` (request ${requestId})` : ""));
  }

  static async of(response: Response): Promise<ClinicsError> {
    const reason = reasonOf(await response.text()) ?? response.statusText;
    const requestId = response.headers.get(REQUEST_ID) ?? undefined;
    return new ClinicsError(response.status, reason, requestId, secondsToWait(response));
  }
}

/** What `Retry-After` says in seconds; the service sends no dates. */
export function secondsToWait(response: Response): number | undefined {
  const text = response.headers.get("retry-after") ?? "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function reasonOf(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { message?: unknown; reason?: unknown } | null;
    return [body?.message, body?.reason].find((one): one is string => typeof one === "string");
  } catch {
    return undefined; // from a proxy, for example
  }
}
