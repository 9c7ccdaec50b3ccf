/**
 * Invite a colleague to a clinic, show the invitation, and take it back.
 *
 *     CLINICS_ADDRESS=… CLINICS_TOKEN=… CLINICS_CLINIC=… node build/examples/invite-clinician.js
 */
import { connect, done } from "../src/index.js";
import { run, variables } from "../src/scripts.js";

const [address, token, clinicId] = variables("CLINICS_ADDRESS", "CLINICS_TOKEN", "CLINICS_CLINIC");
const email = `colleague.${crypto.randomUUID().slice(0, 8)}@example.org`;

await run(async () => {
  const clinics = connect(address, token);
  const invited = await done(
    clinics.POST("/v1/clinics/{clinicId}/invites/clinicians", {
      params: { path: { clinicId } },
      body: { email, roles: ["CLINIC_MEMBER"] },
    }),
  );
  console.log(`invited ${invited.email} as ${invited.roles.join(", ")}`);

  const path = { clinicId, inviteId: invited.inviteId ?? "" };
  const shown = await done(clinics.GET("/v1/clinics/{clinicId}/invites/clinicians/{inviteId}", { params: { path } }));
  console.log(`${shown.status}, sent at ${shown.created}`);
  // Its answer is a word, not JSON.
  await clinics.DELETE("/v1/clinics/{clinicId}/invites/clinicians/{inviteId}", {
    params: { path },
    parseAs: "text",
  });
  console.log("taken back");
});
