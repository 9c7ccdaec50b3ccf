/** What is written by hand, without a service: `npx tsc --project . && node --test build/tests/*.test.js`. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ClinicsError, connect, logIn } from "../src/index.js";

const ADDRESS = "https://clinics.example.org";

/** A service that gives one answer to all, and what it was sent. */
function service(answer: () => Response = () => Response.json({})) {
  const sent: Request[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    sent.push(request);
    return answer();
  };
  return { sent, fetch };
}

function removePatient(fetch: (request: Request) => Promise<Response>, clinicId: string, patientId: string) {
  const params = { path: { clinicId, patientId } };
  return connect(ADDRESS, "t", { fetch }).DELETE("/v1/clinics/{clinicId}/patients/{patientId}", { params });
}

test("an id that would lead elsewhere is not sent", async () => {
  const { sent, fetch } = service();
  for (const wrong of ["", ".", ".."]) {
    await assert.rejects(removePatient(fetch, wrong, "p"), TypeError);
    await assert.rejects(removePatient(fetch, "c", wrong), TypeError);
  }
  assert.deepEqual(sent, []);
});

test("an id stays one part of the path", async () => {
  const { sent, fetch } = service();
  for (const id of ["../x", "%2e%2e", "a?b#c", "a b"]) await removePatient(fetch, "c", id);
  const paths = sent.map((one) => new URL(one.url).pathname.replace("/v1/clinics/c/patients/", ""));
  assert.deepEqual(paths, ["..%2Fx", "%252e%252e", "a%3Fb%23c", "a%20b"]);
});

test("a redirection is not followed with the token", async () => {
  const { sent, fetch } = service(() => new Response(null, { status: 307, headers: { location: "https://a.example" } }));
  await assert.rejects(removePatient(fetch, "c", "p"), (error) => error instanceof ClinicsError && error.status === 307);
  await assert.rejects(logIn(ADDRESS, "a@example.org", "b", { fetch }), ClinicsError);
  assert.deepEqual(
    sent.map((one) => one.redirect),
    ["manual", "manual"],
  );
});

test("what answers as no clinic service does is no log-in", async () => {
  for (const answer of [() => Response.json({ userid: "u" }), () => new Response("<html>"), () => Response.json(null)]) {
    const { fetch } = service(answer);
    await assert.rejects(logIn(ADDRESS, "a@example.org", "b", { fetch }), ClinicsError);
  }
});
