"""What ``hygge mirror`` tells: of the zone, beside the source, and by Fabric's own word."""
