/**
 * Calls a service with clients/typescript, and says `call NAME` after each typed answer, `error STATUS` after each
 * typed error. `make clients` counts them. The types of the variables are checked by the compiler.
 */
import { type ClinicsClient, ClinicsError, done, logIn, type Schemas } from "../src/index.js";

const { CLINICS_ADDRESS = "", CLINICS_EMAIL = "", CLINICS_PASSWORD = "", CLINICS_CLINIC = "" } = process.env;
const MARIA = { fullName: "Maria Olsen", birthDate: "1988-04-17" };
type Patient = Schemas["patient.v1"];

const clinics: ClinicsClient = await logIn(CLINICS_ADDRESS, CLINICS_EMAIL, CLINICS_PASSWORD);
const mine: Schemas["clinicianClinicRelationships.v1"] = await done(
  clinics.GET("/v1/clinicians/{userId}/clinics", { params: { path: { userId: clinics.userId } } }),
);
called("ListClinicsForClinician", mine.length === 2);
const full = mine.find((one) => one.clinic.id !== CLINICS_CLINIC)?.clinic.id ?? "";
const path = { clinicId: CLINICS_CLINIC };

const clinic: Schemas["clinic.v1"] = await done(clinics.GET("/v1/clinics/{clinicId}", { params: { path } }));
called("GetClinic", clinic.id === CLINICS_CLINIC);
const byCode: Schemas["clinic.v1"] = await done(
  clinics.GET("/v1/clinics/share_code/{shareCode}", { params: { path: { shareCode: clinic.shareCode } } }),
);
called("GetClinicByShareCode", byCode.id === clinic.id);
const people: Schemas["clinicians.v1"] = await done(
  clinics.GET("/v1/clinics/{clinicId}/clinicians", { params: { path } }),
);
called("ListClinicians", people.length > 0);
const counted: Schemas["patientCount.v1"] = await done(
  clinics.GET("/v1/clinics/{clinicId}/patient_count", { params: { path } }),
);
called("GetPatientCount", counted.total >= 0);
const page: Schemas["patientsResponse.v1"] = await done(
  clinics.GET("/v1/clinics/{clinicId}/patients", {
    params: { path, query: { limit: 5, sort: "-lastData", sortType: "cgm" } },
  }),
);
called("ListPatients", page.data?.length === 5);
const report: Schemas["tideResponse.v1"] = await done(
  clinics.GET("/v1/clinics/{clinicId}/tide_report", {
    params: {
      path,
      query: {
        tags: (clinic.patientTags ?? []).slice(0, 2).map((tag) => tag.id ?? ""),
        categories: ["timeInVeryLowPercent", "timeInAnyLowPercent"],
        period: "14d",
        lastDataCutoff: new Date(Date.now() - 30 * 86_400_000).toISOString(),
      },
    },
  }),
);
called("TideReport", report.config.period === "14d");
const tag: Schemas["patientTag.v1"] = await done(
  clinics.POST("/v1/clinics/{clinicId}/patient_tags", { params: { path }, body: { name: "Checked TS" } }),
);
called("CreatePatientTag", tag.name === "Checked TS");
const maria = await create(CLINICS_CLINIC, address());
called("CreatePatientAccount", maria.fullName === "Maria Olsen");
const ofMaria = { ...path, patientId: maria.id };
const [site] = clinic.sites ?? [];
if (!site) throw new Error("the clinic has no site");
const changed: Patient = await done(
  clinics.PUT("/v1/clinics/{clinicId}/patients/{patientId}", {
    params: { path: ofMaria },
    body: { ...MARIA, mrn: "M-2", tags: [tag.id ?? ""], sites: [{ id: site.id, name: site.name }] },
  }),
);
called("UpdatePatient", changed.mrn === "M-2");
const found: Patient = await done(
  clinics.GET("/v1/clinics/{clinicId}/patients/{patientId}", { params: { path: ofMaria } }),
);
called("GetPatient", found.tags?.[0] === tag.id && found.sites?.[0]?.id === site.id);
await clinics.DELETE("/v1/clinics/{clinicId}/patient_tags/{patientTagId}", {
  params: { path: { ...path, patientTagId: tag.id ?? "" } },
});
const invited: Schemas["invitedClinician.v1"] = await done(
  clinics.POST("/v1/clinics/{clinicId}/invites/clinicians", {
    params: { path },
    body: { email: address(), roles: ["CLINIC_MEMBER"] },
  }),
);
called("InviteClinician", Boolean(invited.inviteId));

const taken = address();
await create(CLINICS_CLINIC, taken);
await expect(409, () => create(CLINICS_CLINIC, taken));
await expect(402, () => create(full, address()));
await expect(404, () =>
  clinics.GET("/v1/clinics/{clinicId}/patients/{patientId}", {
    params: { path: { ...path, patientId: "0123456789" } },
  }),
);
await expect(404, () =>
  clinics.GET("/v1/clinics/{clinicId}/invites/clinicians/{inviteId}", {
    params: { path: { ...path, inviteId: "unknown" } },
  }),
);
await expect(400, () =>
  clinics.GET("/v1/clinics/{clinicId}/patients", { params: { path, query: { limit: 0 } } }),
);

function create(clinicId: string, email: string): Promise<Patient> {
  const body = { ...MARIA, email };
  return done(clinics.POST("/v1/clinics/{clinicId}/patients", { params: { path: { clinicId } }, body }));
}

function address(): string {
  return `${crypto.randomUUID().slice(0, 8)}@example.org`;
}

function called(name: string, isAsExpected: boolean): void {
  if (!isAsExpected) throw new Error(name);
  console.log(`call ${name}`);
}

async function expect(status: number, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ClinicsError && error.status === status)) throw error;
    if (!error.reason || !error.requestId) throw error;
    console.log(`error ${status}`);
    return;
  }
  throw new Error(`no error ${status}`);
}
