package io.biplane.network.fabric;

import io.biplane.api.view.NodeView;
import io.biplane.client.event.EventRecorder;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Tells of repairs by a line in the log and an event. It is an event of the Node; the fabric, the
 * outside and the host, which are none, stand in the event as if they were.
 *
 * @param events closed by the caller
 */
public record RepairEvents(EventRecorder events) implements RepairListener {
    private static final System.Logger LOG = System.getLogger(RepairEvents.class.getName());
    private static final int NAMED = 8;

    @Override
    public void repaired(String station, List<String> repaired) {
        String what = summary(repaired);
        LOG.log(Level.WARNING, () -> "repaired station=%s: %s".formatted(station, what));
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1");
        node.put("kind", "Node").putObject("metadata").put("name", station).put("uid", station);
        events.onHost(station)
                .warning(node, "NetworkRepaired", "Repaired the network: %s".formatted(what));
    }

    /** Upstream's route controller says it with this reason, too. */
    @Override
    public void refused(NodeView node, String reason) {
        LOG.log(Level.WARNING, () -> "no route to node=%s: %s".formatted(node.name(), reason));
        events.warning(node.json(), "FailedToCreateRoute", "Could not create route: " + reason);
    }

    /** The first few, and how many more there are. */
    public static String summary(List<String> repaired) {
        String named = String.join("; ", repaired.subList(0, Math.min(NAMED, repaired.size())));
        return repaired.size() <= NAMED
                ? named
                : "%s; and %d more".formatted(named, repaired.size() - NAMED);
    }
}
