/**
 * Every patient of one clinic, in the order of their names, with the time in target of 14 days: tab-separated lines.
 *
 *     CLINICS_ADDRESS=… CLINICS_TOKEN=… CLINICS_CLINIC=… node build/examples/export-patients.js
 */
import { connect, pages } from "../src/index.js";
import { run, variables } from "../src/scripts.js";

const [address, token, clinicId] = variables("CLINICS_ADDRESS", "CLINICS_TOKEN", "CLINICS_CLINIC");

await run(async () => {
  const clinics = connect(address, token);
  const patients = pages((page) =>
    clinics.GET("/v1/clinics/{clinicId}/patients", {
      params: { path: { clinicId }, query: { ...page, sort: "+fullName", sortType: "cgm" } },
    }),
  );
  for await (const { id, fullName, birthDate, summary } of patients) {
    const inTarget = summary?.cgmStats?.periods?.["14d"]?.timeInTargetPercent ?? "";
    console.log([id, fullName, birthDate, inTarget].join("\t"));
  }
});
