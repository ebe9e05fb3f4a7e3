import { vpc } from '../../../src/reconcilers/network/vpc.ts';
import { testKind } from '../../kind-contract.ts';

testKind(vpc, {
  props: { cidrBlock: '10.0.0.0/16', enableDnsSupport: true, enableDnsHostnames: true },
  updates: [
    { enableDnsHostnames: false },
    { enableDnsSupport: false },
    { enableDnsHostnames: true, enableDnsSupport: true },
  ],
  replacements: [{ cidrBlock: '10.1.0.0/16' }],
  observeBudget: 3,
});
