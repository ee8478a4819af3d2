// node scripts/sbom.mjs [FILE]: a list of what ships (CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/), from what the build put
// into dist/. Build first.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';
import { shippedPackages } from './notices.mjs';

/** @returns the document as an object. */
export function sbom() {
  const { name, version, license, homepage } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const purl = (packageName, packageVersion) =>
    `pkg:npm/${packageName.replace('@', '%40')}@${encodeURIComponent(packageVersion)}`;
  const licences = id => (/ /.test(id) ? [{ expression: id }] : [{ license: { id } }]);
  const components = shippedPackages().map(p => ({
    type: 'library',
    'bom-ref': purl(p.name, p.version),
    name: p.name,
    version: p.version,
    purl: purl(p.name, p.version),
    licenses: licences(p.license),
  }));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: new Date().toISOString(),
      component: {
        type: 'application',
        'bom-ref': purl(name, version),
        name,
        version,
        licenses: licences(license),
        externalReferences: [{ type: 'website', url: homepage }],
      },
    },
    components,
    dependencies: [{ ref: purl(name, version), dependsOn: components.map(c => c['bom-ref']) }],
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const text = `${JSON.stringify(sbom(), undefined, 2)}\n`;
  const [file] = process.argv.slice(2);
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
}
