import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificationFingerprint } from '../../activities/partners/certification.ts';
import type { PartnerResult } from '../scenario.ts';
import { htmlReport } from './html.ts';
import { junitReport } from './junit.ts';
import { textReport } from './text.ts';

/** Folder of the reports of a partner. */
export function reportsDir(resultsDir: string, partnerId: string, only: readonly string[]): string {
  return join(resultsDir, partnerId, ...(only.length > 0 ? ['partial'] : []));
}

/** Writes the reports, the certificate and the documents that we sent. */
export function writeReports(folder: string, report: PartnerResult, fingerprint: CertificationFingerprint): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { name, documents } of report.scenarios) {
    const outbound = documents.filter(({ direction }) => direction === 'outbound');
    if (outbound.length === 0) continue;
    const own = join(folder, 'documents', name);
    mkdirSync(own, { recursive: true });
    for (const [index, { set, text }] of outbound.entries()) {
      writeFileSync(join(own, `${index + 1}-${set.replace(/, /g, '+')}.edi`), text, 'latin1');
    }
  }
  mkdirSync(folder, { recursive: true });
  const scenarios = report.scenarios.map(({ name, state, reason }) => ({ name, state, ...(reason && { reason }) }));
  const { partner, finishedAt } = report;
  writeFileSync(join(folder, 'report.html'), htmlReport(report));
  writeFileSync(join(folder, 'report.txt'), textReport(report));
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(folder, 'junit.xml'), junitReport(report));
  const certificate = { partner, fingerprint, finishedAt, scenarios };
  writeFileSync(join(folder, 'result.json'), `${JSON.stringify(certificate, undefined, 2)}\n`);
}
