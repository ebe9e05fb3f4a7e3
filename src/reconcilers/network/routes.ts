import type { Route as Ec2Route } from '@aws-sdk/client-ec2';

export interface Route {
  /** An IPv4 range. */
  readonly destination: string;
  /** The id of an internet gateway or of a NAT gateway. */
  readonly target: string;
}

/** Leaves out what AWS keeps up itself: local routes, propagated ones, and those of gateway endpoints. */
export function isMade(route: Ec2Route): boolean {
  const byEndpoint = route.DestinationPrefixListId !== undefined && route.GatewayId?.startsWith('vpce-') === true;
  return route.GatewayId !== 'local' && route.Origin !== 'EnableVgwRoutePropagation' && !byEndpoint;
}

export function toRoute(item: Ec2Route): Route {
  const { DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId } = item;
  // A route to a NAT gateway may name a network interface too.
  const target =
    item.NatGatewayId ??
    item.GatewayId ??
    item.TransitGatewayId ??
    item.VpcPeeringConnectionId ??
    item.EgressOnlyInternetGatewayId ??
    item.NetworkInterfaceId;
  return {
    destination: DestinationCidrBlock ?? DestinationIpv6CidrBlock ?? DestinationPrefixListId ?? '',
    target: target ?? '',
  };
}

export const printRoutes = (routes: readonly Route[]): string =>
  routes.map((route) => `${route.destination} to ${route.target}`).join(', ');
