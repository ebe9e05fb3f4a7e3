export {
  CloudFrontClient as Client,
  CreateDistributionWithTagsCommand,
  DeleteDistributionCommand,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UpdateDistributionCommand,
  paginateListDistributions,
} from '@aws-sdk/client-cloudfront';
