/** For scripts of Node: what they need from the environment, and one line instead of a traceback when something fails. */
import { ClinicsError } from "./errors.js";

const WRONG_USE = 2;
const FAILED = 1;

/** Their values. Ends the script with status 2 if one is not set, and names all of these. */
export function variables<const Names extends readonly string[]>(
  ...names: Names
): { [Index in keyof Names]: string } {
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length) end(WRONG_USE, `Not set: ${missing.join(", ")}. It needs ${names.join(", ")}.`);
  return names.map((name) => process.env[name] ?? "") as { [Index in keyof Names]: string };
}

/** Ends the script with status 1 and a line that says why, if the service refuses or does not answer. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const reason = reasonOf(error);
    if (!reason) throw error;
    end(FAILED, reason);
  }
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof ClinicsError) {
    const isUnknown = error.status === 401;
    return `${isUnknown ? "The service does not know this account or token" : "The service refuses"}: ${error.message}`;
  }
  if (error instanceof SyntaxError) return "What answers at this address is not a clinic service.";
  // What `fetch` and `Request` throw has the reason inside.
  if (error instanceof TypeError && error.cause instanceof Error) {
    return `The service cannot be reached: ${error.cause.message || error.message}`;
  }
  return undefined;
}

function end(status: number, line: string): never {
  console.error(line);
  process.exit(status);
}
