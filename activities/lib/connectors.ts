/** Finds connectors by folder, so that a new connector is one folder. */
import { readdirSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * The connectors below `folder` (`<folder>/<kind>/index.ts`), by kind. Each module exports `connector`.
 *
 * @throws if a folder has no such module; otherwise the gap would show only when an order needs the kind.
 */
export async function findConnectors<Connector>(folder: URL): Promise<ReadonlyMap<string, Connector>> {
  const root = fileURLToPath(folder);
  // `.ts` in the sources, `.js` in the build.
  const index = `index${extname(fileURLToPath(import.meta.url))}`;
  const kinds = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
  const found = await Promise.all(
    kinds.map(async (kind): Promise<[string, Connector]> => {
      const module = (await import(pathToFileURL(`${root}/${kind}/${index}`).href)) as { connector?: Connector };
      if (module.connector === undefined) throw new Error(`${root}/${kind}/${index} exports no connector`);
      return [kind, module.connector];
    }),
  );
  return new Map(found);
}
