export {
  AmpClient as Client,
  CreateWorkspaceCommand,
  DeleteWorkspaceCommand,
  TagResourceCommand,
  paginateListWorkspaces,
} from '@aws-sdk/client-amp';
