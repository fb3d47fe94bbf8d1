package io.biplane.network.fabric;

import io.biplane.linux.route.desired.DesiredNetwork;
import io.biplane.netip.IpFamily;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes what the fabric is to have and does not: all of it at first, what was damaged later. Each
 * part tells what was missing; a part that is whole is left alone.
 */
final class FabricRepair {
    private final FabricPlan plan;

    FabricRepair(FabricPlan plan) {
        this.plan = plan;
    }

    /** The fabric's namespace: forwarding and the bridge, with all that hangs on it already. */
    List<String> fabric(Station fabric) {
        List<String> repaired = new ArrayList<>(Namespaces.repairRouter(fabric.namespace()));
        fabric.socket().ensure(plan.addBridge());
        // Links to nodes and to the outside are missing until those are looked at.
        repaired.addAll(fabric.repair(plan.fabric()));
        return repaired;
    }

    /** A node: its link to the bridge, and all in its namespace but routes to pods. */
    List<String> node(Station fabric, Station node, int index) {
        List<String> repaired = new ArrayList<>(Namespaces.repairRouter(node.namespace()));
        Wire wire = plan.nodeWire(index);
        boolean made = wire.ensure(fabric, node);
        List<String> beyond = node.repair(plan.node(index));
        repaired.addAll(made ? List.of(missing(wire.near())) : beyond);
        return repaired;
    }

    /** The host beyond the cluster. */
    List<String> outside(Station fabric, Station outside) {
        List<String> repaired = new ArrayList<>();
        Wire wire = plan.outsideWire();
        boolean made = wire.ensure(fabric, outside);
        repaired.addAll(fabric.repair(DesiredNetwork.of(plan.outsideNear())));
        repaired.addAll(outside.repair(plan.outside()));
        return made ? List.of(missing(wire.near())) : repaired;
    }

    /**
     * The host's link, in the fabric and on the host.
     *
     * @param families those that the host has
     */
    List<String> host(Station fabric, Station host, List<IpFamily> families) {
        List<String> repaired = new ArrayList<>();
        Wire wire = plan.hostWire();
        boolean made = wire.ensure(fabric, host);
        if (families.contains(IpFamily.IPV6)) {
            repaired.addAll(Namespaces.refuseAdvertisements(host.namespace(), wire.far()));
        }
        repaired.addAll(fabric.repair(plan.hostNear(families)));
        repaired.addAll(host.repair(plan.host(families)));
        return made ? List.of(missing(wire.far())) : repaired;
    }

    /** With a link goes all that hangs on it; that need not be told. */
    private static String missing(String link) {
        return "link %s is missing".formatted(link);
    }
}
