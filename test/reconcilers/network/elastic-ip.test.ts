import { elasticIp } from '../../../src/reconcilers/network/elastic-ip.ts';
import { testKind } from '../../kind-contract.ts';

testKind(elasticIp, { props: { domain: 'vpc' }, observeBudget: 1 });
