import type { Rule } from './rule.ts';

export const accessRules: Rule = ({ gateway: { accountId, access } }) => {
  const account = access?.roleArn.split(':')[4] ?? accountId;
  if (account === accountId) return [];
  return [
    {
      at: '/spec/access/roleArn',
      message: `the role is of account ${account}, but the gateway is in ${accountId}`,
      suggestion: `name a role of account ${accountId}`,
      concerns: ['/spec/accountId'],
    },
  ];
};
