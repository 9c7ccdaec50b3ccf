/** What the examples say instead of a traceback: `npx tsc --project . && node --test build/tests/*.test.js`. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../examples/", import.meta.url));
const EXAMPLES = readdirSync(FOLDER).filter((name) => name.endsWith(".js"));
const SET = {
  CLINICS_TOKEN: "t",
  CLINICS_CLINIC: "6b09f5d3c72cce972de3a8aa",
  CLINICS_EMAIL: "a@example.org",
  CLINICS_PASSWORD: "b",
};

function ended(name: string, environment: Record<string, string>) {
  const done = spawnSync(process.execPath, [FOLDER + name], { env: environment, encoding: "utf8" });
  return { status: done.status, lines: done.stderr.trim().split("\n") };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address ? address.port : 0;
}

test("what is not set is named", () => {
  for (const name of EXAMPLES) {
    const { status, lines } = ended(name, {});
    assert.equal(status, 2, name);
    assert.match(lines.join("\n"), /^Not set: CLINICS_ADDRESS, .* It needs CLINICS_ADDRESS, .*$/);
  }
});

test("a service that is not there is one line", async () => {
  for (const address of [`http://127.0.0.1:${await freePort()}`, "nowhere"]) {
    for (const name of EXAMPLES) {
      const { status, lines } = ended(name, { ...SET, CLINICS_ADDRESS: address });
      assert.deepEqual([status, lines.length], [1, 1], lines.join("\n"));
      assert.match(lines[0] ?? "", /^The service cannot be reached: ./);
    }
  }
});
