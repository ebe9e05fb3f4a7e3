export { AmpClient as Client } from '@aws-sdk/client-amp';
