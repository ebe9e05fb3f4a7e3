import type { Declaration } from '../declaration.ts';
import { declareFiles } from './files.ts';
import { declareKeycloakDatabase } from './keycloak-database.ts';
import { declareParameters } from './parameters.ts';
import { declareRegistryDatabase } from './registry-database.ts';
import type { Surroundings } from './surroundings.ts';

export type DataPart = ReturnType<typeof declareData>;

/** Keycloak's Aurora, the registry's DocumentDB, the files they share, and the parameters that say where all that is. */
export function declareData(
  declaration: Declaration,
  network: Surroundings['network'],
  identity: Surroundings['identity'],
) {
  const surroundings = { network, identity };
  const aurora = declareKeycloakDatabase(declaration, surroundings);
  const documentdb = declareRegistryDatabase(declaration, surroundings);
  const files = declareFiles(declaration, surroundings);
  const parameters = declareParameters(declaration, surroundings, { aurora, documentdb });
  return { aurora, documentdb, files, parameters };
}
