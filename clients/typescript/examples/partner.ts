/**
 * What a partner does first: log in, list clinics, create a patient, page, filter, the TIDE report, and two refusals.
 *
 *     CLINICS_ADDRESS=http://127.0.0.1:8080 CLINICS_EMAIL=… CLINICS_PASSWORD=… node build/examples/partner.js
 */
import { type ClinicsClient, ClinicsError, done, logIn, pages, type Schemas } from "../src/index.js";
import { run, variables } from "../src/scripts.js";

const account = variables("CLINICS_ADDRESS", "CLINICS_EMAIL", "CLINICS_PASSWORD");

await run(async () => {
  const clinics = await logIn(...account);
  const path = { userId: clinics.userId };
  const memberships = pages((query) =>
    clinics.GET("/v1/clinicians/{userId}/clinics", { params: { path, query } }),
  );
  for await (const { clinic } of memberships) await visit(clinics, clinic);
});

async function visit(clinics: ClinicsClient, clinic: Schemas["clinic.v1"]): Promise<void> {
  console.log(`${clinic.name}:`);
  const email = `maria.${crypto.randomUUID().slice(0, 8)}@example.org`;
  try {
    const patient = await create(clinics, clinic.id, email);
    console.log(`  created ${patient.fullName}, ${patient.id}`);
  } catch (error) {
    if (!(error instanceof ClinicsError && error.status === 402)) throw error;
    console.log(`  the plan allows no more patients (ask with ${error.requestId})`);
    return;
  }
  await createAgain(clinics, clinic.id, email);
  await showPatients(clinics, clinic.id);
  for (const tag of (clinic.patientTags ?? []).slice(0, 1)) await showTideReport(clinics, clinic.id, tag);
}

function create(clinics: ClinicsClient, clinicId: string, email: string): Promise<Schemas["patient.v1"]> {
  const body = { fullName: "Maria Olsen", birthDate: "1988-04-17", email };
  return done(clinics.POST("/v1/clinics/{clinicId}/patients", { params: { path: { clinicId } }, body }));
}

/** An address belongs to one account. */
async function createAgain(clinics: ClinicsClient, clinicId: string, email: string): Promise<void> {
  try {
    await create(clinics, clinicId, email);
  } catch (error) {
    if (!(error instanceof ClinicsError && error.status === 409)) throw error;
    console.log(`  cannot be created twice: ${error.reason}`);
  }
}

async function showPatients(clinics: ClinicsClient, clinicId: string): Promise<void> {
  const path = { clinicId };
  const first = await done(
    clinics.GET("/v1/clinics/{clinicId}/patients", {
      params: { path, query: { limit: 20, sort: "+fullName", sortType: "cgm" } },
    }),
  );
  console.log(`  ${first.meta?.totalCount} patients, the first page has ${first.data?.length}`);
  const low = pages((page) =>
    clinics.GET("/v1/clinics/{clinicId}/patients", {
      params: { path, query: { ...page, period: "14d", "cgm.timeInTargetPercent": "<0.7" } },
    }),
  );
  let count = 0;
  for await (const _ of low) count += 1;
  console.log(`  less than 70 % of the time in target: ${count}`);
}

/** Who needs attention among those with the tag, by category. */
async function showTideReport(
  clinics: ClinicsClient,
  clinicId: string,
  tag: { id?: string; name: string },
): Promise<void> {
  const lastDataCutoff = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const query = { tags: [tag.id ?? ""], period: "14d" as const, lastDataCutoff };
  const report = await done(
    clinics.GET("/v1/clinics/{clinicId}/tide_report", { params: { path: { clinicId }, query } }),
  );
  for (const [category, rows] of Object.entries(report.results)) {
    console.log(`  TIDE, ${tag.name}: ${category}: ${rows.length}`);
  }
}
