import { accessRules } from './rules/access.ts';
import { databaseRules } from './rules/databases.ts';
import { imageRules } from './rules/images.ts';
import { ingressRules } from './rules/ingress.ts';
import { nameRules } from './rules/names.ts';
import { networkRules } from './rules/network.ts';
import { registryRules } from './rules/registry.ts';
import type { Rule } from './rules/rule.ts';
import { secretRules } from './rules/secrets.ts';
import { serviceRules } from './rules/services.ts';

/** Every rule across fields, in the order of the manifest. */
const rules: readonly Rule[] = [
  nameRules,
  accessRules,
  ingressRules,
  imageRules,
  networkRules,
  serviceRules,
  databaseRules,
  registryRules,
  secretRules,
];

export const applyRules: Rule = (examined) => rules.flatMap((rule) => rule(examined));
