/**
 * Calls a service with what openapi-generator makes for TypeScript, and says `call NAME` after each typed answer,
 * `error STATUS` after each typed error. `make clients` counts them. The types of the variables are checked by the
 * compiler. It makes a Set of a list whose items differ.
 */
import {
  type ClinicianClinicRelationshipV1,
  type ClinicianV1,
  ClinicsApi,
  type ClinicV1,
  Configuration,
  ConfirmationsApi,
  type ErrorV1,
  type InvitedClinicianV1,
  type PatientCountV1,
  type PatientsResponseV1,
  type PatientTagV1,
  type PatientV1,
  ResponseError,
  type TideResponseV1,
} from "./index";

const { CLINICS_ADDRESS = "", CLINICS_TOKEN = "", CLINICS_CLINIC: clinicId = "" } = process.env;
const MARIA = { fullName: "Maria Olsen", birthDate: new Date("1988-04-17") };
const configuration = new Configuration({ basePath: CLINICS_ADDRESS, apiKey: CLINICS_TOKEN });
const clinics = new ClinicsApi(configuration);

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

async function main(): Promise<void> {
  const full = await read();
  const maria = await change();
  const invited: InvitedClinicianV1 = await new ConfirmationsApi(configuration).inviteClinician({
    clinicId,
    inviteClinicianV1: { email: address(), roles: new Set(["CLINIC_MEMBER"] as const) },
  });
  called("InviteClinician", Boolean(invited.inviteId));
  await expect(409, () => create(clinicId, maria.email ?? ""));
  await expect(402, () => create(full, address()));
  await expect(404, () => clinics.getPatient({ clinicId, patientId: "0123456789" }));
}

/** The id of the person's other clinic, whose plan allows no patients. */
async function read(): Promise<string> {
  const clinic: ClinicV1 = await clinics.getClinic({ clinicId });
  called("GetClinic", clinic.id === clinicId);
  const byCode: ClinicV1 = await clinics.getClinicByShareCode({ shareCode: clinic.shareCode });
  called("GetClinicByShareCode", byCode.id === clinicId);
  const people: ClinicianV1[] = await clinics.listClinicians({ clinicId, search: "Ada" });
  called("ListClinicians", people.length === 1);
  const counted: PatientCountV1 = await clinics.getPatientCount({ clinicId });
  called("GetPatientCount", counted.total >= 0);
  const page: PatientsResponseV1 = await clinics.listPatients({
    clinicId,
    limit: 5,
    sort: "-lastData",
    sortType: "cgm",
  });
  called("ListPatients", page.data?.length === 5);
  const report: TideResponseV1 = await clinics.tideReport({
    clinicId,
    tags: (clinic.patientTags ?? []).slice(0, 2).map((tag) => tag.id ?? ""),
    categories: ["timeInVeryLowPercent", "timeInAnyLowPercent"],
    period: "14d",
    lastDataCutoff: new Date(Date.now() - 30 * 86_400_000),
  });
  called("TideReport", report.config.period === "14d");
  const userId = people[0]?.id ?? "";
  const mine: ClinicianClinicRelationshipV1[] = await clinics.listClinicsForClinician({ userId });
  called("ListClinicsForClinician", mine.length === 2);
  return mine.find((one) => one.clinic.id !== clinicId)?.clinic.id ?? "";
}

async function change(): Promise<PatientV1> {
  const tag: PatientTagV1 = await clinics.createPatientTag({
    clinicId,
    patientTagWrite: { name: "Checked OG" },
  });
  called("CreatePatientTag", tag.name === "Checked OG");
  const maria = await create(clinicId, address());
  called("CreatePatientAccount", maria.fullName === MARIA.fullName);
  const ofMaria = { clinicId, patientId: maria.id };
  const { sites: [site] = [] }: ClinicV1 = await clinics.getClinic({ clinicId });
  if (!site) throw new Error("the clinic has no site");
  const sites = [{ id: site.id, name: site.name }];
  const patientUpdate = { ...MARIA, email: maria.email, mrn: "M-4", tags: new Set([tag.id ?? ""]), sites };
  const changed: PatientV1 = await clinics.updatePatient({ ...ofMaria, patientUpdate });
  called("UpdatePatient", changed.mrn === "M-4");
  const found: PatientV1 = await clinics.getPatient(ofMaria);
  called("GetPatient", found.tags?.has(tag.id ?? "") === true && found.sites?.[0]?.id === site.id);
  await clinics.deletePatientTag({ clinicId, patientTagId: tag.id ?? "" });
  return maria;
}

function create(clinic: string, email: string): Promise<PatientV1> {
  return clinics.createPatientAccount({ clinicId: clinic, patientCreate: { ...MARIA, email } });
}

function address(): string {
  return `${crypto.randomUUID().slice(0, 8)}@example.org`;
}

function called(name: string, isAsExpected: boolean): void {
  if (!isAsExpected) throw new Error(name);
  console.log(`call ${name}`);
}

/** This generator leaves the body of a failure to the caller. */
async function expect(status: number, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ResponseError && error.response.status === status)) throw error;
    const failure: ErrorV1 = await error.response.json();
    if (!failure.message) throw error;
    console.log(`error ${status}`);
    return;
  }
  throw new Error(`no error ${status}`);
}
