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
        if (wire.ensure(fabric, node)) {
            repaired.add("link %s is missing".formatted(wire.near()));
        }
        repaired.addAll(node.repair(plan.node(index)));
        return repaired;
    }

    /** The host beyond the cluster. */
    List<String> outside(Station fabric, Station outside) {
        List<String> repaired = new ArrayList<>();
        Wire wire = plan.outsideWire();
        if (wire.ensure(fabric, outside)) {
            repaired.add("link %s is missing".formatted(wire.near()));
        }
        repaired.addAll(fabric.repair(DesiredNetwork.of(plan.outsideNear())));
        repaired.addAll(outside.repair(plan.outside()));
        return repaired;
    }

    /**
     * The host's link, in the fabric and on the host.
     *
     * @param families those that the host has
     */
    List<String> host(Station fabric, Station host, List<IpFamily> families) {
        List<String> repaired = new ArrayList<>();
        Wire wire = plan.hostWire();
        if (wire.ensure(fabric, host)) {
            repaired.add("link %s is missing".formatted(wire.far()));
        }
        repaired.addAll(fabric.repair(plan.hostNear(families)));
        repaired.addAll(host.repair(plan.host(families)));
        return repaired;
    }
}
