import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { didYouMean } from '../../domain/nearest.ts';
import { ProfileError, type ProfileProblem } from '../../mappings/profile/problem.ts';
import { type Layer, layerOf, type Path, problemAt, readYaml } from './yaml-layer.ts';

/** The files of one profile: the partner's own and its templates. */

export const PROFILE = 'a profile';

/** The file and its templates, the file itself first. `text` stands in the place of the file itself. */
export function readLayers(directory: string, name: string, text?: string): Layer[] {
  const layers: Layer[] = [];
  let next: string | undefined = name;
  while (next !== undefined) {
    const given = layers.length === 0 ? text : undefined;
    const layer: Layer =
      given === undefined ? readLayer(directory, next, layers) : layerOf(fileOf(directory, next), given, PROFILE);
    if (layers.some(({ file }) => file === layer.file)) {
      const last = layers.at(-1) ?? layer;
      throw new ProfileError([problemAt(last, ['extends'], 'profile-template-cycle', `leads back to ${layer.file}`)]);
    }
    layers.push(layer);
    const template = layer.content.extends;
    if (template !== undefined && typeof template !== 'string') {
      throw new ProfileError([
        problemAt(layer, ['extends'], 'profile-value-invalid', 'must name a template, such as templates/retailer'),
      ]);
    }
    next = template;
  }
  return layers;
}

function fileOf(directory: string, name: string): string {
  return `${join(directory, normalize(name))}.yaml`;
}

function readLayer(directory: string, name: string, above: readonly Layer[]): Layer {
  const file = fileOf(directory, name);
  const referrer = above.at(-1);
  const outside = relative(directory, file).split(sep)[0] === '..';
  if (referrer !== undefined && (outside || !existsSync(file))) {
    throw new ProfileError([
      problemAt(
        referrer,
        ['extends'],
        'profile-template-missing',
        outside
          ? `must stay inside ${directory}`
          : `names ${file}, which does not exist${didYouMean(normalize(name), filesIn(directory, name))}`,
      ),
    ]);
  }
  return readYaml(file, PROFILE);
}

/** The files in the folder of a name, as names. */
function filesIn(directory: string, name: string): string[] {
  const folder = dirname(normalize(name));
  if (!existsSync(join(directory, folder))) return [];
  return readdirSync(join(directory, folder)).flatMap((file) =>
    file.endsWith('.yaml') ? [join(folder, file.slice(0, -'.yaml'.length))] : [],
  );
}

/** The problem, located in the first file that states the path: the partner's own, then its templates. */
export function problemIn(
  layers: readonly Layer[],
  path: Path,
  code: ProfileProblem['code'],
  reason: string,
): ProfileProblem {
  for (let length = path.length; length > 0; length -= 1) {
    const layer = layers.find(({ document }) => document.hasIn(path.slice(0, length)));
    if (layer !== undefined) return problemAt(layer, path, code, reason);
  }
  const [first] = layers;
  if (first === undefined) throw new TypeError('a profile has at least one file');
  return problemAt(first, path, code, reason);
}
